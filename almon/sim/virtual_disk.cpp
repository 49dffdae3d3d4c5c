#include "almon/sim/virtual_disk.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <new>
#include <numeric>

#include "almon/base/assert.hpp"
#include "almon/sim/virtual_file.hpp"

namespace almon::sim {

// The files between two power cuts, and the file system under whose name SQLite reaches them.
class DiskLife {
 public:
    using Files = std::map<std::string, std::shared_ptr<VirtualFile>>;

    DiskLife(VirtualDisk& disk, Files files);
    ~DiskLife() { sqlite3_vfs_unregister(&vfs_); }
    DiskLife(const DiskLife&) = delete;
    DiskLife& operator=(const DiskLife&) = delete;

    const std::string& name() const { return name_; }
    std::size_t used_octets() const;
    Files after_power_cut() const;
    bool is_in_use() const {
        return std::ranges::any_of(files_, [](const auto& entry) { return entry.second.use_count() > 1; });
    }

    std::shared_ptr<VirtualFile> open(const std::string& path, bool create);
    bool has(const std::string& path) const { return files_.contains(path); }
    bool remove(const std::string& path) { return files_.erase(path) > 0; }
    bool may_read() { return !disk_.strikes(disk_.faults.read_error); }
    int write(VirtualFile& file, std::size_t offset, std::string_view octets);
    int sync(VirtualFile& file);
    base::Random& random() { return disk_.random_; }

 private:
    VirtualDisk& disk_;
    Files files_;
    std::string name_;
    sqlite3_vfs vfs_;
};

namespace {

constexpr int path_limit = 512;

// SQLite allocates room for one of these for each open file, and knows the first member only.
struct OpenFile {
    sqlite3_file base;
    DiskLife* life;
    std::shared_ptr<VirtualFile> file;
};

// What SQLite calls; each finds its way back to the Life.
struct Calls {
    static OpenFile& opened(sqlite3_file* file) { return *reinterpret_cast<OpenFile*>(file); }
    static DiskLife& life(sqlite3_vfs* vfs) { return *static_cast<DiskLife*>(vfs->pAppData); }

    static int close(sqlite3_file* file) {
        std::destroy_at(&opened(file).file);
        return SQLITE_OK;
    }
    static int read(sqlite3_file* file, void* to, int size, sqlite3_int64 offset) {
        const auto wanted = static_cast<std::size_t>(size);
        if (!opened(file).life->may_read()) return SQLITE_IOERR_READ;
        const auto found = opened(file).file->read(static_cast<std::size_t>(offset), wanted);
        std::memset(to, 0, wanted);
        std::copy(found.begin(), found.end(), static_cast<char*>(to));
        return found.size() == wanted ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
    }
    static int write(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
        const std::string_view octets(static_cast<const char*>(from), static_cast<std::size_t>(size));
        return opened(file).life->write(*opened(file).file, static_cast<std::size_t>(offset), octets);
    }
    static int truncate(sqlite3_file* file, sqlite3_int64 size) {
        opened(file).file->truncate(static_cast<std::size_t>(size));
        return SQLITE_OK;
    }
    static int sync(sqlite3_file* file, int) { return opened(file).life->sync(*opened(file).file); }
    static int file_size(sqlite3_file* file, sqlite3_int64* size) {
        *size = static_cast<sqlite3_int64>(opened(file).file->size());
        return SQLITE_OK;
    }
    // One process has the disk.
    static int lock(sqlite3_file*, int) { return SQLITE_OK; }
    static int check_reserved_lock(sqlite3_file*, int* is_reserved) {
        *is_reserved = 0;
        return SQLITE_OK;
    }
    static int file_control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
    static int sector_size(sqlite3_file*) { return VirtualFile::sector_octets; }
    // What a write does not touch it does not harm: what SQLite assumes of every real disk.
    static int device_characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

    static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags);
    static int remove(sqlite3_vfs* vfs, const char* path, int) {
        return life(vfs).remove(path) ? SQLITE_OK : SQLITE_IOERR_DELETE_NOENT;
    }
    static int access(sqlite3_vfs* vfs, const char* path, int, int* is_there) {
        *is_there = life(vfs).has(path) ? 1 : 0;
        return SQLITE_OK;
    }
    static int full_path(sqlite3_vfs*, const char* path, int room, char* to) {
        sqlite3_snprintf(room, to, "%s", path);
        return SQLITE_OK;
    }
    static int randomness(sqlite3_vfs* vfs, int size, char* to) {
        life(vfs).random().fill({reinterpret_cast<unsigned char*>(to), static_cast<std::size_t>(size)});
        return size;
    }
    static int sleep(sqlite3_vfs*, int microseconds) { return microseconds; }
    // Nothing that we store asks SQLite for the time.
    static int current_time(sqlite3_vfs*, double* julian_day) {
        *julian_day = 2'460'000;
        return SQLITE_OK;
    }
    static int last_error(sqlite3_vfs*, int, char*) { return 0; }

    // Version 1: without shared memory, so a write-ahead log works only under an exclusive lock, as ours
    // does.
    static constexpr sqlite3_io_methods file_methods{.iVersion = 1,
                                                     .xClose = close,
                                                     .xRead = read,
                                                     .xWrite = write,
                                                     .xTruncate = truncate,
                                                     .xSync = sync,
                                                     .xFileSize = file_size,
                                                     .xLock = lock,
                                                     .xUnlock = lock,
                                                     .xCheckReservedLock = check_reserved_lock,
                                                     .xFileControl = file_control,
                                                     .xSectorSize = sector_size,
                                                     .xDeviceCharacteristics = device_characteristics};

    static sqlite3_vfs file_system(DiskLife& life, const char* name) {
        return {.iVersion = 1,
                .szOsFile = sizeof(OpenFile),
                .mxPathname = path_limit,
                .zName = name,
                .pAppData = &life,
                .xOpen = open,
                .xDelete = remove,
                .xAccess = access,
                .xFullPathname = full_path,
                .xRandomness = randomness,
                .xSleep = sleep,
                .xCurrentTime = current_time,
                .xGetLastError = last_error};
    }
};

int Calls::open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags) {
    file->pMethods = nullptr;
    // A file without a name is a scratch file that nobody else sees.
    auto content = path != nullptr ? life(vfs).open(path, (flags & SQLITE_OPEN_CREATE) != 0)
                                   : std::make_shared<VirtualFile>();
    if (!content) return SQLITE_CANTOPEN;
    new (file) OpenFile{{&file_methods}, &life(vfs), std::move(content)};
    if (out_flags != nullptr) *out_flags = flags;
    return SQLITE_OK;
}

}  // namespace

// SQLite knows its file systems by name; an address is one that no other life in this process has.
DiskLife::DiskLife(VirtualDisk& disk, Files files)
    : disk_(disk),
      files_(std::move(files)),
      name_("disk-" + std::to_string(reinterpret_cast<std::uintptr_t>(this))),
      vfs_(Calls::file_system(*this, name_.c_str())) {
    ALMON_ASSERT(sqlite3_vfs_register(&vfs_, 0) == SQLITE_OK);
}

std::size_t DiskLife::used_octets() const {
    const auto add = [](std::size_t sum, const auto& entry) { return sum + entry.second->size(); };
    return std::accumulate(files_.begin(), files_.end(), std::size_t{0}, add);
}

DiskLife::Files DiskLife::after_power_cut() const {
    Files left;
    for (const auto& [path, file] : files_)
        if (file->is_on_disk())
            left.emplace(path, std::make_shared<VirtualFile>(file->after_power_cut(disk_.random_)));
    return left;
}

std::shared_ptr<VirtualFile> DiskLife::open(const std::string& path, bool create) {
    const auto found = files_.find(path);
    if (found != files_.end()) return found->second;
    if (!create) return nullptr;
    return files_.emplace(path, std::make_shared<VirtualFile>()).first->second;
}

int DiskLife::write(VirtualFile& file, std::size_t offset, std::string_view octets) {
    ++disk_.counters_.writes;
    const auto end = offset + octets.size();
    const auto growth = end > file.size() ? end - file.size() : 0;
    if (growth > 0 && used_octets() + growth > disk_.faults.capacity_octets) return SQLITE_FULL;
    if (disk_.strikes(disk_.faults.write_error)) return SQLITE_IOERR_WRITE;
    file.write(offset, octets);
    return SQLITE_OK;
}

int DiskLife::sync(VirtualFile& file) {
    ++disk_.counters_.syncs;
    if (disk_.strikes(disk_.faults.sync_error)) return SQLITE_IOERR_FSYNC;
    file.sync();
    return SQLITE_OK;
}

VirtualDisk::VirtualDisk(std::uint64_t seed) : random_(seed) {
    lives_.push_back(std::make_unique<DiskLife>(*this, DiskLife::Files{}));
}

VirtualDisk::~VirtualDisk() = default;

const std::string& VirtualDisk::vfs() const {
    return lives_.back()->name();
}

void VirtualDisk::cut_power() {
    auto left = lives_.back()->after_power_cut();
    std::erase_if(lives_, [](const auto& life) { return !life->is_in_use(); });
    lives_.push_back(std::make_unique<DiskLife>(*this, std::move(left)));
}

std::size_t VirtualDisk::used_octets() const {
    return lives_.back()->used_octets();
}

bool VirtualDisk::strikes(double chance) {
    const bool strikes = chance > 0 && random_.chance(chance);
    if (strikes) ++counters_.failures;
    return strikes;
}

}  // namespace almon::sim
