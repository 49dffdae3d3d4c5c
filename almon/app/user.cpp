#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>

#include "almon/app/account.hpp"
#include "almon/app/commands.hpp"
#include "almon/app/remote.hpp"
#include "almon/base/random.hpp"
#include "almon/host/listing.hpp"
#include "almon/net/entropy.hpp"

namespace almon::app {
namespace {

constexpr std::size_t password_characters = 16;

base::Outcome<std::string> first_line_of(const std::string& path) {
    std::FILE* file = path == "-" ? stdin : std::fopen(path.c_str(), "r");
    if (file == nullptr) return base::trouble("cannot read the password from " + path);
    std::string line;
    for (int c = std::fgetc(file); c != EOF && c != '\n'; c = std::fgetc(file)) line += static_cast<char>(c);
    if (file != stdin) std::fclose(file);
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty()) return base::trouble("the password in " + path + " is empty");
    return line;
}

struct Password {
    std::string text;
    bool is_new = false;  // made here, so the person must be told
};

base::Outcome<Password> read_password(const UserOptions& options) {
    if (!options.password.empty()) return Password{options.password};
    if (!options.password_file.empty()) {
        auto line = first_line_of(options.password_file);
        if (!line) return tl::unexpected(line.error());
        return Password{std::move(*line)};
    }
    base::Random random(net::os_seed());
    return Password{random.token(password_characters), true};
}

// The server changes its own store; without one the store is changed here.
int store_user(const UserOptions& options, const char* verb) {
    const auto name = read_account(options.name);
    if (!name) return complain(name.error());
    const auto password = read_password(options);
    if (!password) return complain(password.error());
    const sip::digest::Secret secret(name->user, name->domain, password->text);
    const auto state = state_folder(options.state);
    const auto answer = ask_server(
        state, std::string(verb) + " " + name->user + " " + name->domain + " " + base::printed(secret));
    if (!answer) return complain(answer.error());
    if (!*answer) {
        const auto store = open_store(state);
        if (!store) return complain(store.error());
        const auto subscriber = host::subscriber_of(name->user, name->domain, secret);
        const bool adds = std::string_view(verb) == "user-add";
        const auto stored = adds ? (*store)->add(subscriber) : (*store)->set_secrets(subscriber);
        if (!stored) return complain(stored.error().sentence);
    }
    if (password->is_new) std::printf("sip:%s  password %s\n", name->text().c_str(), password->text.c_str());
    return 0;
}

}  // namespace

int add_user(const UserOptions& options) {
    return store_user(options, "user-add");
}

int change_password(const UserOptions& options) {
    return store_user(options, "user-passwd");
}

int remove_user(const UserOptions& options) {
    const auto name = read_account(options.name);
    if (!name) return complain(name.error());
    const auto state = state_folder(options.state);
    const auto answer = ask_server(state, "user-remove " + name->user + " " + name->domain);
    if (!answer) return complain(answer.error());
    if (*answer) return 0;
    const auto store = open_store(state);
    if (!store) return complain(store.error());
    const auto removed = (*store)->remove({name->user, name->domain});
    return removed ? 0 : complain(removed.error().sentence);
}

int list_users(const UserOptions& options) {
    const auto state = state_folder(options.state);
    const auto answer = ask_server(state, "user-list");
    if (!answer) return complain(answer.error());
    boost::json::array names;
    if (*answer) {
        names = (**answer)["users"].as_array();
    } else {
        const auto store = open_store(state);
        if (!store) return complain(store.error());
        const auto listed = (*store)->for_each_subscriber(
            [&](const store::Subscriber& one) { names.emplace_back(one.user + "@" + one.domain); });
        if (!listed) return complain(listed.error().sentence);
    }
    if (options.json)
        std::printf("%s\n", boost::json::serialize(names).c_str());
    else
        for (const auto& name : names) std::printf("%s\n", name.as_string().c_str());
    return 0;
}

}  // namespace almon::app
