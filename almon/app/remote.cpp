#include "almon/app/remote.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>

#include "almon/host/state.hpp"
#include "almon/net/line_server.hpp"
#include "almon/store/sqlite_store.hpp"

namespace almon::app {
namespace {

constexpr std::chrono::seconds patience{10};

}  // namespace

std::string state_folder(const std::string& option) {
    return option.empty() ? host::default_state_folder() : option;
}

base::Outcome<std::unique_ptr<boost::json::object>> ask_server(const std::string& state,
                                                               const std::string& question) {
    const auto socket = host::control_socket(state);
    std::error_code error;
    const bool is_there = std::filesystem::exists(socket, error);
    if (error == std::errc::permission_denied)
        return base::trouble("the state folder " + state +
                             " is another user's; run this command as that user");
    if (!is_there || !net::is_answered(socket)) return std::unique_ptr<boost::json::object>();
    const auto text = net::ask(socket, question, patience);
    if (!text) return base::trouble("the server does not answer: " + text.error());
    boost::system::error_code unreadable;
    auto answer = boost::json::parse(*text, unreadable);
    if (unreadable || !answer.is_object())
        return base::trouble("the server's answer cannot be read: " + *text);
    auto& object = answer.as_object();
    if (!object.contains("ok") || !object["ok"].is_bool())
        return base::trouble("the server's answer cannot be read");
    if (!object["ok"].as_bool()) {
        const auto* const sentence = object.if_contains("error");
        if (sentence == nullptr || !sentence->is_string())
            return base::trouble("the server's answer cannot be read");
        return base::trouble(std::string(sentence->as_string()));
    }
    return std::make_unique<boost::json::object>(std::move(object));
}

base::Outcome<std::unique_ptr<store::Store>> open_store(const std::string& state) {
    auto opened = store::open_sqlite_store(state);
    if (!opened) return base::trouble(opened.error().sentence);
    return std::move(*opened);
}

int complain(const std::string& sentence) {
    std::fprintf(stderr, "almon: %s\n", sentence.c_str());
    return 1;
}

}  // namespace almon::app
