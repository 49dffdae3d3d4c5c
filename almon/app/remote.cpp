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
    std::error_code ignored;
    if (!std::filesystem::exists(socket, ignored)) return std::unique_ptr<boost::json::object>();
    const auto text = net::ask(socket, question, patience);
    // A socket that nobody answers at was left by a server that was killed.
    if (!text) return std::unique_ptr<boost::json::object>();
    boost::system::error_code unreadable;
    auto answer = boost::json::parse(*text, unreadable);
    if (unreadable || !answer.is_object())
        return base::trouble("the server's answer cannot be read: " + *text);
    auto& object = answer.as_object();
    if (!object.contains("ok") || !object["ok"].is_bool())
        return base::trouble("the server's answer cannot be read");
    if (!object["ok"].as_bool()) return base::trouble(std::string(object["error"].as_string()));
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
