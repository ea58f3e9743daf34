using System.Runtime.InteropServices;
using System.Text.Json.Serialization;

namespace CodeCrafter.Sandbox.Steps;

/// <summary>
/// The system calls that programs may make. What is not named here does not exist for them (ENOSYS, which C libraries
/// have fallbacks for); what a program may well try on purpose is refused (EPERM). Calls of another architecture, such
/// as 32-bit ones, kill the process: libseccomp does that for every architecture that is not named.
/// </summary>
internal static class SeccompProfile
{
    private const int Eperm = 1;
    private const int Enosys = 38;

    // socket(2), ip(7), socket(7).
    private const ulong UnixFamily = 1, Ip4Family = 2, Ip6Family = 10, Tcp = 6, Udp = 17, SocketLevel = 1;

    // CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET; clone(2).
    private const ulong NamespaceFlags = 0x7E020000;

    private static readonly string[] FilesAndMemory = Words("""
        access chdir chmod chown chown32 close close_range copy_file_range creat dup dup2 dup3 faccessat faccessat2
        fadvise64 fadvise64_64 fallocate fchdir fchmod fchmodat fchmodat2 fchown fchown32 fchownat fcntl fcntl64
        fdatasync fgetxattr flistxattr flock fsetxattr fremovexattr fstat fstat64 fstatat64 fstatfs fstatfs64 fsync
        ftruncate ftruncate64 futimesat getcwd getdents getdents64 getxattr inotify_add_watch inotify_init
        inotify_init1 inotify_rm_watch ioctl lchown lchown32 lgetxattr link linkat listxattr llistxattr lremovexattr
        lseek lsetxattr lstat lstat64 mkdir mkdirat mknod mknodat newfstatat _newselect open openat openat2 pipe pipe2
        pread64 preadv preadv2 pwrite64 pwritev pwritev2 read readahead readlink readlinkat readv removexattr rename
        renameat renameat2 rmdir sendfile sendfile64 setxattr splice stat stat64 statfs statfs64 statx symlink
        symlinkat sync sync_file_range syncfs tee truncate truncate64 umask unlink unlinkat utime utimensat
        utimensat_time64 utimes vmsplice write writev
        brk cachestat get_mempolicy madvise map_shadow_stack mbind membarrier memfd_create mincore mlock mlock2
        mlockall mmap mmap2 mprotect mremap mseal msync munlock munlockall munmap pkey_alloc pkey_free pkey_mprotect
        remap_file_pages set_mempolicy
        """);

    private static readonly string[] ProcessesAndTime = Words("""
        alarm arch_prctl capget capset clock_getres clock_getres_time64 clock_gettime clock_gettime64 clock_nanosleep
        clock_nanosleep_time64 execve execveat exit exit_group fork futex futex_time64 futex_waitv get_robust_list
        get_thread_area getcpu getegid getegid32 geteuid geteuid32 getgid getgid32 getgroups getgroups32 getitimer
        getpgid getpgrp getpid getppid getpriority getrandom getresgid getresgid32 getresuid getresuid32 getrlimit
        getrusage getsid gettid gettimeofday getuid getuid32 ioprio_get ioprio_set kill nanosleep pause pidfd_open
        pidfd_send_signal prctl restart_syscall riscv_flush_icache riscv_hwprobe rseq rt_sigaction
        rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait
        rt_sigtimedwait_time64 rt_tgsigqueueinfo sched_get_priority_max sched_get_priority_min sched_getaffinity
        sched_getattr sched_getparam sched_getscheduler sched_rr_get_interval sched_rr_get_interval_time64
        sched_yield set_robust_list set_thread_area set_tid_address setfsgid setfsgid32 setfsuid setfsuid32 setgid setgid32 setgroups setgroups32 setitimer
        setpgid setregid setregid32 setresgid setresgid32 setresuid setresuid32 setreuid setreuid32
        setrlimit setsid setuid setuid32 sigaltstack signalfd signalfd4 sigreturn sysinfo tgkill time timer_create
        timer_delete timer_getoverrun timer_gettime timer_gettime64 timer_settime timer_settime64 timerfd_create
        timerfd_gettime timerfd_gettime64 timerfd_settime timerfd_settime64 times tkill ugetrlimit uname vfork wait4
        waitid waitpid
        """);

    private static readonly string[] WaitingAndTalking = Words("""
        accept accept4 bind connect epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2
        epoll_wait epoll_wait_old eventfd eventfd2 getpeername getsockname getsockopt ipc listen mq_getsetattr mq_notify mq_open mq_timedreceive
        mq_timedreceive_time64 mq_timedsend mq_timedsend_time64 mq_unlink msgctl msgget msgrcv msgsnd poll ppoll
        ppoll_time64 pselect6 pselect6_time64 recv recvfrom recvmmsg recvmmsg_time64 recvmsg select semctl semget semop
        semtimedop semtimedop_time64 send sendmmsg sendmsg sendto shmat shmctl shmdt shmget shutdown
        socketpair
        """);

    private static readonly string[] Scheduling = ["sched_setaffinity", "sched_setattr", "sched_setparam", "sched_setscheduler"];

    // Known and refused, so that a program sees "not permitted" rather than "no such call".
    private static readonly string[] Refused = Words("""
        acct add_key adjtimex bpf chroot clock_adjtime clock_settime delete_module fanotify_init finit_module fsconfig
        fsmount fsopen fspick init_module io_uring_enter io_uring_register io_uring_setup ioperm iopl kcmp
        kexec_file_load kexec_load keyctl lookup_dcookie mount mount_setattr move_mount move_pages migrate_pages
        name_to_handle_at nfsservctl open_by_handle_at open_tree perf_event_open pidfd_getfd pivot_root process_madvise
        process_vm_readv process_vm_writev ptrace quotactl quotactl_fd reboot request_key setdomainname sethostname
        setns settimeofday stime swapoff swapon sysfs syslog umount umount2 unshare userfaultfd vhangup
        """);

    /// <summary>
    /// The <c>linux.seccomp</c> object of config.json for a machine of this kind. The Docker Engine takes the same object;
    /// old versions ignore <c>defaultErrnoRet</c>.
    /// </summary>
    /// <param name="architecture">That of the machine.</param>
    /// <param name="withOwnKernel">For gVisor, which filters calls to its own kernel and knows no errno but EPERM.</param>
    public static object For(Architecture architecture, bool withOwnKernel = false) => new
    {
        defaultAction = SeccompRule.ErrorAction,
        defaultErrnoRet = DefaultError,
        architectures = new[] { architecture == Architecture.Arm64 ? "SCMP_ARCH_AARCH64" : "SCMP_ARCH_X86_64" },
        syscalls = Rules(withOwnKernel),
    };

    /// <summary>The errno of calls that no rule speaks of.</summary>
    public const int DefaultError = Enosys;

    /// <inheritdoc cref="For"/>
    public static IReadOnlyList<SeccompRule> Rules(bool withOwnKernel = false) =>
    [
        Allow([.. FilesAndMemory, .. ProcessesAndTime, .. WaitingAndTalking]),
        // New threads and processes, but no new namespace. The flags of clone3 are in memory where a filter cannot
        // look, so C libraries are made to fall back to clone.
        Allow(["clone"], MaskedEqual(0, NamespaceFlags, 0)),
        // gVisor would refuse it with EPERM, which C libraries do not take for an answer; whoever makes a namespace with it
        // there makes one of gVisor's.
        // gVisor's name of pselect6 is another one, too.
        withOwnKernel ? Allow(["clone3", "pselect"]) : Refuse(["clone3"], Enosys),
        // No exotic socket family (vsock, packet, alg, bluetooth, ...), and none whose memory no limit counts (netlink): unix
        // sockets, and in the empty network namespace IPv4 and IPv6 with TCP and UDP.
        Allow(["socket"], Equal(0, UnixFamily)),
        .. from family in (ulong[])[Ip4Family, Ip6Family]
           from protocol in (ulong[])[0, Tcp, Udp]
           select Allow(["socket"], Equal(0, family), Equal(2, protocol)),
        .. withOwnKernel ? [Allow(["setsockopt"])] : SocketOptions,
        // A process may set its own resource limits alone: those of another of the same user, such as init, could be set
        // so low that it dies. Init itself is under this filter too.
        Allow(["prlimit64"], Equal(0, 0)),
        // Nor may it have init wait for the CPU: that of the Docker Engine's containers measures the program, as the same user.
        .. AnyProcessButInit.Select(process => Allow(Scheduling, process(0))),
        .. AnyProcessButInit.Select(process => Allow(["setpriority"], Equal(0, 0), process(1))),
        // PER_LINUX, with or without UNAME26 and ADDR_NO_RANDOMIZE; 0xffffffff asks for the current one.
        Allow(["personality"], Equal(0, 0)),
        Allow(["personality"], Equal(0, 0x20000)),
        Allow(["personality"], Equal(0, 0x40000)),
        Allow(["personality"], Equal(0, 0xffffffff)),
        Refuse(Refused, Eperm),
    ];

    // SOL_SOCKET's buffers and the queues of errors (IP_RECVERR, IPV6_RECVERR) hold what no limit counts. Programs take them for
    // advice, so they are told that it was taken. Options that attach filters, which the host has room for in all, keep timestamps,
    // or load modules of the kernel are not among the known.
    private static IEnumerable<SeccompRule> SocketOptions =>
    [
        .. Options(SocketLevel, [1, 2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 14, 15, 16, 18, 19, 20, 21, 29, 35, 40, 42, 46, 49, 63, 64, 66, 67]).Select(option => Allow(["setsockopt"], option)),
        .. Options(0, [1, 2, 6, 8, 10, 12, 13, 15, 24, 32, 33, 34, 49, 50]).Select(option => Allow(["setsockopt"], option)),
        .. Options(Tcp, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 18, 23, 25, 30, 36]).Select(option => Allow(["setsockopt"], option)),
        .. Options(Udp, [1, 103, 104]).Select(option => Allow(["setsockopt"], option)),
        .. Options(41, [16, 17, 18, 19, 23, 24, 26, 29, 49, 51, 66, 67, 76, 78]).Select(option => Allow(["setsockopt"], option)),
        .. Options(SocketLevel, [7, 8]).Concat(Options(0, [11])).Concat(Options(41, [25])).Select(option => new SeccompRule(["setsockopt"], SeccompRule.ErrorAction, 0, option)),
    ];

    private static IEnumerable<SeccompArgument[]> Options(ulong level, ulong[] names) => names.Select(name => (SeccompArgument[])[Equal(1, level), Equal(2, name)]);

    private static SeccompRule Allow(string[] names, params SeccompArgument[] args) => new(names, SeccompRule.AllowAction, null, args);

    private static SeccompRule Refuse(string[] names, int errno) => new(names, SeccompRule.ErrorAction, errno, []);

    private static SeccompArgument Equal(int index, ulong value) => new(index, value, null, SeccompArgument.EqualOperator);

    // The number of a process is the low half of its argument, has at most 22 bits, and is 1 for init alone: it is zero, which
    // is the caller, or has another bit than the lowest.
    private static IEnumerable<Func<int, SeccompArgument>> AnyProcessButInit =>
        [index => MaskedEqual(index, uint.MaxValue, 0), .. Enumerable.Range(1, 21).Select(bit => (Func<int, SeccompArgument>)(index => MaskedEqual(index, 1UL << bit, 1UL << bit)))];

    private static SeccompArgument MaskedEqual(int index, ulong mask, ulong value) => new(index, mask, value, SeccompArgument.MaskedEqualOperator);

    private static string[] Words(string text) =>
        text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>What happens to some calls: an element of <c>linux.seccomp.syscalls</c> (OCI runtime specification).</summary>
/// <param name="Names">The calls.</param>
/// <param name="Action"><see cref="AllowAction"/> or <see cref="ErrorAction"/>.</param>
/// <param name="Errno">The error, with <see cref="ErrorAction"/>.</param>
/// <param name="Args">What all must hold of the arguments.</param>
internal sealed record SeccompRule(
    [property: JsonPropertyName("names")] IReadOnlyList<string> Names,
    [property: JsonPropertyName("action")] string Action,
    [property: JsonPropertyName("errnoRet"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Errno,
    [property: JsonPropertyName("args")] IReadOnlyList<SeccompArgument> Args)
{
    public const string AllowAction = "SCMP_ACT_ALLOW";
    public const string ErrorAction = "SCMP_ACT_ERRNO";
}

/// <summary>What must hold of an argument; with a mask, <paramref name="Value"/> is the mask and <paramref name="ValueTwo"/> the value.</summary>
internal sealed record SeccompArgument(
    [property: JsonPropertyName("index")] int Index,
    [property: JsonPropertyName("value")] ulong Value,
    [property: JsonPropertyName("valueTwo"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ulong? ValueTwo,
    [property: JsonPropertyName("op")] string Operator)
{
    public const string EqualOperator = "SCMP_CMP_EQ";
    public const string MaskedEqualOperator = "SCMP_CMP_MASKED_EQ";
}
