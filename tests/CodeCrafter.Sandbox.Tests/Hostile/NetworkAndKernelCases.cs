using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace CodeCrafter.Sandbox.Tests.Hostile;

/// <summary>Network and kernel: what is denied, and that the canary on the host is as it was.</summary>
public abstract class NetworkAndKernelCases(Backend backend) : HostileCases(backend)
{
    /// <summary>Python that makes system calls by their x86-64 numbers and tells the name of the error, or <c>done</c>.</summary>
    private const string Calls = """
        import ctypes, errno, os, sys
        libc = ctypes.CDLL(None, use_errno=True)
        def call(number, *args):
            result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else ctypes.c_char_p(a) for a in args])
            return 'done' if result >= 0 else errno.errorcode[ctypes.get_errno()]

        """;

    [Case]
    public async Task Case36_Loopback_of_the_host_is_not_reached()
    {
        using var first = await TalkingCanaryAsync(IPAddress.Loopback);
        using var second = await TalkingCanaryAsync(IPAddress.IPv6Loopback);
        var ports = ((TcpListener[])[first, second]).Select(canary => ((IPEndPoint)canary.LocalEndpoint).Port.ToString());

        var printed = await PythonAsync("""
            import socket, sys
            for port in sys.argv[1:]:
                for host in ('127.0.0.1', '127.0.0.2', '::1', '::ffff:127.0.0.1', '0.0.0.0', 'localhost'):
                    try: socket.create_connection((host, int(port)), 5); print('connected', host)
                    except OSError: pass
                    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                    try: s.sendto(b'x', ('192.0.2.1', int(port))); print('sent')
                    except OSError: pass
            print(len(open('/proc/net/route').readlines()) <= 1, [line.split(':')[0].strip() for line in open('/proc/net/dev').readlines()[2:]])
            """, [.. ports, "5000"]);

        Assert.Equal("True ['lo']", printed);
        Assert.False(first.Pending() || second.Pending());
    }

    [Case]
    public async Task Case37_Exotic_sockets_and_names_are_refused()
    {
        Assert.Equal("looked", await PythonAsync("""
            import socket
            for arguments in ((socket.AF_INET, socket.SOCK_RAW, 1), (socket.AF_INET6, socket.SOCK_RAW, 58), (socket.AF_PACKET, socket.SOCK_RAW), (socket.AF_PACKET, socket.SOCK_DGRAM),
                              (socket.AF_VSOCK, socket.SOCK_STREAM), (socket.AF_ALG, socket.SOCK_SEQPACKET), (socket.AF_NETLINK, socket.SOCK_RAW, 9), (socket.AF_NETLINK, socket.SOCK_RAW, 0),
                              (socket.AF_INET, socket.SOCK_STREAM, 262), (socket.AF_INET, socket.SOCK_DGRAM, 1), (socket.AF_INET, socket.SOCK_SEQPACKET, 132),
                              (socket.AF_NETLINK, socket.SOCK_RAW, 15), (31, socket.SOCK_RAW, 1), (socket.AF_CAN, socket.SOCK_RAW, 1), (44, socket.SOCK_RAW)):
                try: socket.socket(*arguments); print('made', arguments)
                except OSError: pass
            for name in ('name.invalid', 'codecrafter.invalid'):
                try: socket.getaddrinfo(name, 80); print('resolved', name)
                except OSError: pass
            print('looked')
            """));
    }

    [Case]
    public async Task Case38_Abstract_socket_of_the_host_is_not_reached()
    {
        var name = "codecrafter-canary-" + Guid.NewGuid();
        using var canary = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        canary.Bind(new UnixDomainSocketEndPoint("\0" + name));
        canary.Listen();

        Assert.Equal("ECONNREFUSED", await PythonAsync("""
            import errno, socket, sys
            try: socket.socket(socket.AF_UNIX).connect('\0' + sys.argv[1]); print('connected')
            except OSError as e: print(errno.errorcode[e.errno])
            """, name));
        Assert.False(canary.Poll(0, SelectMode.SelectRead));
    }

    [Case]
    public async Task Case39_Others_cannot_be_traced_read_or_robbed()
    {
        await DeniedAsync("""
            ptrace attach: 101, 16, os.getppid(), 0, 0
            ptrace seize: 101, 0x4206, os.getppid(), 0, 0
            process_vm_readv: 310, 1, iovec, 1, iovec, 1, 0
            process_vm_writev: 311, 1, iovec, 1, iovec, 1, 0
            pidfd_getfd: 438, pidfd, 3, 0
            kcmp: 312, 1, os.getpid(), 0, 0, 0
            process_madvise: 440, pidfd, iovec, 1, 21, 0
            """);
        // The control socket of init, by which orders come.
        var result = await RunAsync("python", """
            import os
            for pid in os.listdir('/proc'):
                if pid.isdigit():
                    for fd in range(3, 20):
                        try: os.write(os.open(f'/proc/{pid}/fd/{fd}', os.O_WRONLY), b'D\0\0\0\4\0\0\0\0'); print('written')
                        except OSError: pass
            os._exit(7)
            """);
        Assert.Equal((7, ""), (result.Run!.ExitCode, result.Run.Stdout));
    }

    [Case]
    public Task Case40_No_mounts_no_namespaces_no_other_root() => DeniedAsync("""
        mount: 165, b'none', b'/tmp', b'tmpfs', 0, 0
        remount root: 165, b'none', b'/', b'', 32, 0
        umount2: 166, b'/usr/local', 2
        fsopen: 430, b'tmpfs', 0
        open_tree: 428, -100, b'/', 1
        move_mount: 429, -100, b'/tmp', -100, b'/usr', 0
        unshare user: 272, 0x10000000
        unshare mount: 272, 0x20000
        unshare net: 272, 0x40000000
        clone new user: 56, 0x10000000 | 17, 0, 0, 0, 0
        clone3: 435, 0, 0
        setns: 308, os.open('/proc/self/ns/net', 0), 0
        setns of init: 308, pidfd, 0x20000
        pivot_root: 155, b'/tmp', b'/tmp'
        chroot: 161, b'/tmp'
        open_by_handle_at: 304, -100, bytes(200), 0
        """);

    [Case]
    public async Task Case41_Dangerous_parts_of_the_kernel_are_out_of_reach()
    {
        await DeniedAsync("""
            keyctl: 250, 0, 0, 0, 0, 0
            add_key: 248, b'user', b'x', b'y', 1, -2
            request_key: 249, b'user', b'x', b'y', -2
            bpf: 321, 0, bytes(128), 128
            perf_event_open: 298, bytes(128), 0, -1, -1, 0
            io_uring_setup: 425, 1, bytes(120)
            io_uring_enter: 426, 0, 0, 0, 0, 0, 0
            userfaultfd: 323, 0
            userfaultfd user mode: 323, 1
            fanotify_init: 300, 0, 0
            lookup_dcookie: 212, 0, 0, 0
            """);
        // The host has 65,536 of these requests in all.
        await DeniedAsync("""
            io_setup: 206, 128, bytes(8)
            io_destroy: 207, 0
            io_getevents: 208, 0, 0, 0, 0, 0
            io_submit: 209, 0, 0, 0
            io_cancel: 210, 0, 0, 0
            io_pgetevents: 333, 0, 0, 0, 0, 0, 0
            """);
        // getpid by its 32-bit number, through the 32-bit entry.
        AssertNotAccepted(await RunAsync("c", "int main(void) { long r; __asm__ volatile(\"int $0x80\" : \"=a\"(r) : \"a\"(20L)); return r <= 0; }"));
        // getpid in the x32 table of system calls.
        AssertNotAccepted(await RunAsync("c", "int main(void) { long r; __asm__ volatile(\"syscall\" : \"=a\"(r) : \"a\"(0x40000000L + 39) : \"rcx\", \"r11\"); return r <= 0; }"));
    }

    [Case]
    public async Task Case42_Kernel_settings_sysrq_and_cgroups_cannot_be_written()
    {
        const string canary = "/proc/sys/kernel/core_pattern";
        var before = await File.ReadAllTextAsync(canary, TestContext.Current.CancellationToken);

        Assert.Equal("looked", await PythonAsync("""
            import os
            def attempt(path):
                try: fd = os.open(path, os.O_WRONLY)
                except OSError: return
                try: os.write(fd, b'1'); print('written', path)
                except OSError: pass
            for top in ('/proc/sys', '/proc/irq', '/proc/bus', '/proc/fs', '/sys'):
                for folder, _, names in os.walk(top):
                    for name in names: attempt(os.path.join(folder, name))
            for path in ('/proc/sysrq-trigger', '/proc/1/oom_score_adj', '/proc/1/uid_map', '/proc/mtrr', '/proc/acpi/wakeup',
                         '/sys/fs/cgroup/cgroup.procs', '/sys/fs/cgroup/memory/memory.limit_in_bytes', '/sys/fs/cgroup/pids/pids.max'): attempt(path)
            print('looked')
            """));
        Assert.Equal(before, await File.ReadAllTextAsync(canary, TestContext.Current.CancellationToken));
    }

    [Case]
    public async Task Case43_No_device_can_be_made_or_opened()
    {
        // gVisor makes nodes of devices that it does not have; those that it has (fuse, tun) are its own, not the host's.
        await (!Backend.SharesTheKernel ? Task.CompletedTask : DeniedAsync("""
            block device: 133, b'/tmp/disk', 0o60600, 0xfe00
            memory device: 133, b'/tmp/mem', 0o20600, 0x101
            block device beneath: 259, -100, b'/tmp/disk', 0o60600, 0x800
            """));
        Assert.Equal("looked", await PythonAsync("""
            import os, sys
            own = sys.argv[1] == 'own'
            for name in ('mem', 'kmem', 'port', 'kvm', *(() if own else ('fuse', 'net/tun')), 'sda', 'vda', 'nvme0n1', 'loop0', 'loop-control', 'mapper/control', 'kmsg', 'vsock', 'vhost-vsock', 'uinput', 'snapshot', 'console', 'tty0'):
                try: os.open('/dev/' + name, os.O_RDONLY | os.O_NONBLOCK); print('opened', name)
                except OSError: pass
            for number in ((0o060000, 254, 0), (0o060000, 8, 0), (0o060000, 7, 0), (0o020000, 1, 1), (0o020000, 1, 2), (0o020000, 1, 4), (0o020000, 10, 232), (0o020000, 10, 237), (0o020000, 5, 1)):
                try: os.mknod('/tmp/node', number[0] | 0o600, os.makedev(*number[1:])); os.open('/tmp/node', os.O_RDWR); print('opened', number)
                except OSError: pass
                try: os.unlink('/tmp/node')
                except OSError: pass
            known = {*(('fuse', 'net') if own else ()), 'core', 'fd', 'full', 'mqueue', 'null', 'ptmx', 'pts', 'random', 'shm', 'stderr', 'stdin', 'stdout', 'tty', 'urandom', 'zero', 'console'}
            print(*(set(os.listdir('/dev')) - known), end='')
            print('looked')
            """, Backend.SharesTheKernel ? "host" : "own"));
    }

    [Case]
    public async Task Case44_Programs_have_no_privilege_and_cannot_gain_one()
    {
        var printed = await PythonAsync("""
            import glob, os, shutil, stat, subprocess
            status = dict(l.rstrip('\n').split(':\t', 1) for l in open('/proc/self/status') if ':\t' in l)
            print({k: int(status[k], 16) for k in ('CapInh', 'CapPrm', 'CapEff', 'CapBnd') if k in status}, status.get('NoNewPrivs', '1'))
            print(os.getuid() == os.getgid() == os.geteuid() and os.getuid() >= 1000, [g for g in os.getgroups() if g != os.getgid()])
            for path in ('/usr/bin/su', '/usr/bin/mount', '/usr/bin/passwd', '/usr/bin/newgrp', '/usr/bin/chsh'):
                if os.path.exists(path): subprocess.run([path, '--help'], capture_output=True, stdin=subprocess.DEVNULL)
            if os.path.exists('/usr/bin/su'):
                if subprocess.run(['/usr/bin/su', '-c', 'id -u'], stdin=subprocess.DEVNULL, capture_output=True, text=True).stdout: print('became root')
            shutil.copy('/usr/bin/id', '/tmp/id'); os.chmod('/tmp/id', 0o6755)
            own = subprocess.run(['/tmp/id', '-u'], capture_output=True, text=True).stdout.strip()
            print(own == str(os.getuid()))
            for attempt in (lambda: os.setuid(0), lambda: os.setgid(0), lambda: os.setgroups([0]), lambda: os.setresuid(0, 0, 0), lambda: os.chown('/tmp/id', 0, 0)):
                try: attempt(); print('gained')
                except OSError: pass
            """);

        Assert.Equal("{'CapInh': 0, 'CapPrm': 0, 'CapEff': 0, 'CapBnd': 0} 1\nTrue []\nTrue", printed);
    }

    [Case]
    public async Task Case45_Clock_host_name_and_power_are_not_the_programs()
    {
        var before = Environment.MachineName;

        await DeniedAsync("""
            sethostname: 170, b'x', 1
            setdomainname: 171, b'x', 1
            settimeofday: 164, b'\x01' * 16, 0
            clock_settime: 227, 0, b'\x01' * 16
            adjtimex: 159, b'\x01' + bytes(207)
            reboot: 169, 0xfee1dead, 672274793, 0x01234567, 0
            kexec_load: 246, 0, 0, 0, 0
            init_module: 175, bytes(64), 64, b''
            swapon: 167, b'/tmp/x', 0
            syslog: 103, 5, 0, 0
            acct: 163, b'/tmp/x'
            quotactl: 179, 0, 0, 0, 0
            iopl: 172, 3
            ioperm: 173, 0, 1, 1
            """);
        Assert.Equal(before, Environment.MachineName);
        Assert.True(TimeProvider.System.GetUtcNow().Year > 2020);
    }

    [Case]
    public async Task Case46_Environment_is_an_allow_list_and_three_descriptors_are_open()
    {
        Environment.SetEnvironmentVariable("CODECRAFTER_SECRET", "nonce");
        try
        {
            var allowed = Backend.Language("python").Recipe!.Run.Environment.Keys.Concat(["HOME", "LANG", "PATH", "TMPDIR"]).Order(StringComparer.Ordinal);
            Assert.Equal(string.Join(' ', allowed), await PythonAsync("import os; print(*sorted(os.environ))"));
        }
        finally
        {
            Environment.SetEnvironmentVariable("CODECRAFTER_SECRET", null);
        }
        var result = await RunCAsync("for (int i = 0; i < 1024; i++) if (fcntl(i, F_GETFD) >= 0) printf(\"%d \", i);");
        Assert.Equal((RunStatus.Accepted, "0 1 2 "), (result.Status, result.Run?.Stdout));
    }

    /// <summary>Makes each call, <c>name: number, arguments</c> a line; none may succeed.</summary>
    private async Task DeniedAsync(string calls)
    {
        Assert.True(RuntimeInformation.OSArchitecture == Architecture.X64, "These numbers are x86-64's.");
        var printed = await PythonAsync(Calls + """
            try: pidfd = os.pidfd_open(1)
            except OSError: pidfd = -1
            memory = ctypes.create_string_buffer(64)
            iovec = ctypes.string_at(ctypes.byref((ctypes.c_void_p * 2)(ctypes.addressof(memory), 8)), 16)

            """ + string.Join('\n', calls.Split('\n').Select(line => line.Split(": ", 2)).Select(parts => $"print('{parts[0]}', call({parts[1]}))")));

        var answers = printed.Split('\n').Select(line => (Line: line, Answer: line.Split(' ').Last())).ToList();
        Assert.Equal(calls.Split('\n').Length, answers.Count);
        Assert.All(answers, answer => Assert.True(IsDenial(answer.Answer), answer.Line));
    }

    /// <summary>Refused, or unknown. On the host's own kernel nothing else will do: another error would mean that the kernel has looked at the call.</summary>
    private bool IsDenial(string answer) => answer is "EPERM" or "ENOSYS" || (!Backend.SharesTheKernel && answer != "done");

    private static void AssertNotAccepted(RunResult result) =>
        Assert.True(result.Status is RunStatus.RuntimeErrorOther or RunStatus.RuntimeErrorSigsegv or RunStatus.RuntimeErrorNzec, $"{result}");

    /// <summary>A listener that has answered once, so that silence means something.</summary>
    private static async Task<TcpListener> TalkingCanaryAsync(IPAddress address)
    {
        var canary = new TcpListener(address, 0);
        canary.Start();
        using var probe = new TcpClient(address.AddressFamily);
        await probe.ConnectAsync(address, ((IPEndPoint)canary.LocalEndpoint).Port, TestContext.Current.CancellationToken);
        (await canary.AcceptTcpClientAsync(TestContext.Current.CancellationToken)).Dispose();
        return canary;
    }
}
