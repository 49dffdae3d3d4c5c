// A folder of its own for a test, removed with all that is in it.
#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace almon::store {

class ScratchFolder {
 public:
    ScratchFolder() {
        path_ = (std::filesystem::temp_directory_path() / "almon-store-XXXXXX").string();
        REQUIRE(::mkdtemp(path_.data()) != nullptr);
    }
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    ~ScratchFolder() { std::filesystem::remove_all(path_); }

    const std::string& path() const { return path_; }
    void write(const std::string& name, const std::string& octets) const {
        std::ofstream(path_ + "/" + name, std::ios::binary) << octets;
    }
    void overwrite(const std::string& name, std::streamoff offset, const std::string& octets) const {
        std::fstream file(path_ + "/" + name, std::ios::binary | std::ios::in | std::ios::out);
        file.seekp(offset) << octets;
    }
    unsigned mode_of(const std::string& name) const {
        return static_cast<unsigned>(std::filesystem::status(path_ + "/" + name).permissions());
    }

 private:
    std::string path_;
};

}  // namespace almon::store
