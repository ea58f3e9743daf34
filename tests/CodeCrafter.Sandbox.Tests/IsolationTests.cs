using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using CodeCrafter.Sandbox.Limits;

namespace CodeCrafter.Sandbox.Tests;

/// <summary>What programs cannot see and cannot do.</summary>
public sealed class IsolationTests(SandboxFixture fixture)
{
    /// <summary>Python that makes a system call by number and prints the name of its error, or <c>done</c>.</summary>
    private const string Call = """
        import ctypes, errno, os, sys
        libc = ctypes.CDLL(None, use_errno=True)
        def call(*args):
            result = libc.syscall(*[a if isinstance(a, int) else ctypes.c_char_p(a) for a in args])
            return 'done' if result >= 0 else errno.errorcode[ctypes.get_errno()]

        """;

    [Fact]
    public async Task Loopback_of_the_host_is_not_reached()
    {
        using var canary = new TcpListener(IPAddress.Loopback, 0);
        canary.Start();
        var port = ((IPEndPoint)canary.LocalEndpoint).Port;
        var accepted = canary.AcceptTcpClientAsync(TestContext.Current.CancellationToken).AsTask();
        using (var probe = new TcpClient())
        {
            // The canary does answer where it can be reached.
            await probe.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
            (await accepted).Dispose();
        }
        var seen = canary.AcceptTcpClientAsync(TestContext.Current.CancellationToken).AsTask();

        var printed = await fixture.PythonAsync("""
            import errno, socket, sys
            try:
                socket.create_connection(('127.0.0.1', int(sys.argv[1])), 5)
                print('connected')
            except OSError as e: print(errno.errorcode[e.errno])
            try: socket.getaddrinfo('name.invalid', 80); print('resolved')
            except OSError as e: print('unresolved')
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            try: s.sendto(b'x', ('192.0.2.1', 9)); print('sent')
            except OSError as e: print(errno.errorcode[e.errno])
            print(len(open('/proc/net/route').readlines()) - 1, socket.if_nameindex())
            """, port.ToString());

        Assert.Equal("ECONNREFUSED\nunresolved\nENETUNREACH\n0 [(1, 'lo')]", printed);
        Assert.False(seen.IsCompleted);
    }

    [Fact]
    public async Task Abstract_socket_of_the_host_is_not_reached()
    {
        var name = "codecrafter-canary-" + Guid.NewGuid();
        using var canary = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        canary.Bind(new UnixDomainSocketEndPoint("\0" + name));
        canary.Listen();

        Assert.Equal("ECONNREFUSED", await fixture.PythonAsync("""
            import errno, socket, sys
            try: socket.socket(socket.AF_UNIX).connect('\0' + sys.argv[1]); print('connected')
            except OSError as e: print(errno.errorcode[e.errno])
            """, name));
        Assert.False(canary.Poll(0, SelectMode.SelectRead));
    }

    [Theory]
    [InlineData("socket.AF_INET, socket.SOCK_RAW, 1")]
    [InlineData("socket.AF_INET6, socket.SOCK_RAW, 58")]
    [InlineData("socket.AF_PACKET, socket.SOCK_RAW")]
    [InlineData("socket.AF_VSOCK, socket.SOCK_STREAM")]
    [InlineData("socket.AF_ALG, socket.SOCK_SEQPACKET")]
    [InlineData("socket.AF_NETLINK, socket.SOCK_RAW, 9")]
    [InlineData("31, socket.SOCK_RAW, 1")]
    public async Task Exotic_sockets_are_refused(string arguments)
    {
        Assert.Equal("refused", await fixture.PythonAsync($"import socket\ntry: socket.socket({arguments}); print('made')\nexcept OSError: print('refused')"));
    }

    [Theory]
    [InlineData("mount", "165, b'none', b'/tmp', b'tmpfs', 0, 0")]
    [InlineData("umount2", "166, b'/tmp', 2")]
    [InlineData("unshare user", "272, 0x10000000")]
    [InlineData("unshare net", "272, 0x40000000")]
    [InlineData("clone new user", "56, 0x10000000 | 17, 0, 0, 0, 0")]
    [InlineData("clone3", "435, 0, 0")]
    [InlineData("setns", "308, 0, 0")]
    [InlineData("pivot_root", "155, b'/tmp', b'/tmp'")]
    [InlineData("chroot", "161, b'/tmp'")]
    [InlineData("ptrace", "101, 16, os.getppid(), 0, 0")]
    [InlineData("process_vm_readv", "310, 1, 0, 0, 0, 0, 0")]
    [InlineData("pidfd_getfd", "438, 0, 0, 0")]
    [InlineData("keyctl", "250, 0, 0, 0, 0, 0")]
    [InlineData("add_key", "248, b'user', b'x', b'y', 1, -2")]
    [InlineData("bpf", "321, 0, 0, 0")]
    [InlineData("perf_event_open", "298, 0, 0, -1, -1, 0")]
    [InlineData("io_uring_setup", "425, 1, 0")]
    [InlineData("userfaultfd", "323, 0")]
    [InlineData("open_by_handle_at", "304, -100, 0, 0")]
    [InlineData("mknod block", "133, b'/tmp/disk', 0o60600, 0xfe00")]
    [InlineData("mknod char", "133, b'/tmp/mem', 0o20600, 0x101")]
    [InlineData("sethostname", "170, b'x', 1")]
    [InlineData("settimeofday", "164, b'\\x01' * 16, 0")]
    [InlineData("clock_settime", "227, 0, b'\\x01' * 16")]
    [InlineData("reboot", "169, 0xfee1dead, 672274793, 0x01234567, 0")]
    [InlineData("syslog", "103, 10, 0, 0")]
    [InlineData("swapon", "167, b'/tmp/x', 0")]
    [InlineData("init_module", "175, 0, 0, 0")]
    [InlineData("quotactl", "179, 0, 0, 0, 0")]
    [InlineData("fanotify_init", "300, 0, 0")]
    [InlineData("setuid root", "105, 0")]
    [InlineData("setgroups", "116, 0, 0")]
    public async Task System_call_is_refused(string name, string arguments)
    {
        Assert.True(System.Runtime.InteropServices.RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.X64, "These numbers are x86-64's.");

        var printed = await fixture.PythonAsync(Call + $"print(call({arguments}))");

        Assert.True(printed is "EPERM" or "ENOSYS", $"{name}: {printed}");
    }

    [Fact]
    public async Task Calls_of_the_32_bit_architecture_kill_the_program()
    {
        Assert.True(System.Runtime.InteropServices.RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.X64, "int 0x80 is x86's.");

        // getpid by its 32-bit number, through the 32-bit entry.
        var result = await fixture.RunAsync("c", "int main(void) { long r; __asm__ volatile(\"int $0x80\" : \"=a\"(r) : \"a\"(20L)); return r <= 0; }");

        Assert.Equal((RunStatus.RuntimeErrorOther, "SIGSYS"), (result.Status, result.Run?.Signal));
    }

    [Fact]
    public async Task Programs_have_no_privilege_and_cannot_gain_one()
    {
        var printed = await fixture.PythonAsync("""
            import glob, os, subprocess
            status = dict(l.rstrip('\n').split(':\t', 1) for l in open('/proc/self/status') if ':\t' in l)
            print({k: status[k] for k in ('NoNewPrivs', 'Seccomp', 'CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb')})
            print(os.getuid() == os.getgid() == os.geteuid() and os.getuid() >= 1900000000, os.getgroups())
            for path in ('/usr/bin/su', '/usr/bin/mount', '/usr/bin/passwd'):
                if os.path.exists(path): subprocess.run([path, '--help'], capture_output=True)
            if os.path.exists('/usr/bin/su'):
                print(subprocess.run(['/usr/bin/su', '-c', 'id -u'], stdin=subprocess.DEVNULL, capture_output=True, text=True).stdout)
            print([o for l in open('/proc/self/mountinfo') if l.split()[4] == '/usr' for o in l.split()[5].split(',') if o in ('ro', 'nosuid', 'nodev')])
            """);

        Assert.Equal("""
            {'NoNewPrivs': '1', 'Seccomp': '2', 'CapInh': '0000000000000000', 'CapPrm': '0000000000000000', 'CapEff': '0000000000000000', 'CapBnd': '0000000000000000', 'CapAmb': '0000000000000000'}
            True []

            ['ro', 'nosuid', 'nodev']
            """, printed);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/usr")]
    [InlineData("/usr/bin")]
    [InlineData("/usr/local")]
    [InlineData("/etc")]
    [InlineData("/dev")]
    [InlineData("/proc")]
    [InlineData("/proc/sys/kernel")]
    public async Task Nothing_outside_the_workspace_can_be_written(string directory)
    {
        Assert.Equal("refused", await fixture.PythonAsync("""
            import os, sys
            try: open(sys.argv[1] + '/canary', 'w'); print('written')
            except OSError: print('refused')
            """, directory));
    }

    [Theory]
    [InlineData("/proc/self/exe")]
    [InlineData("/usr/bin/python3")]
    [InlineData("/init.pl")]
    [InlineData("/etc/passwd")]
    [InlineData("/proc/sysrq-trigger")]
    [InlineData("/proc/sys/kernel/core_pattern")]
    [InlineData("/proc/1/mem")]
    [InlineData("/proc/1/oom_score_adj")]
    public async Task File_that_is_not_the_programs_cannot_be_written(string path)
    {
        Assert.Equal("refused", await fixture.PythonAsync("""
            import os, sys
            try: os.open(sys.argv[1], os.O_WRONLY); print('opened')
            except OSError: print('refused')
            """, path));
    }

    [Fact]
    public async Task No_file_of_the_host_can_be_read()
    {
        var nonce = RandomNumberGenerator.GetHexString(32);
        var secrets = new[] { Path.Combine(Path.GetTempPath(), "nonce-" + nonce), Path.Combine(fixture.Options.StateDirectory, "nonce") };
        foreach (var secret in secrets)
        {
            await File.WriteAllTextAsync(secret, nonce, TestContext.Current.CancellationToken);
            File.SetUnixFileMode(secret, (UnixFileMode)0b110_110_110);
        }
        try
        {
            var printed = await fixture.PythonAsync("""
                import os, sys
                for path in sys.argv[1:]:
                    for root in ('', '/proc/1/root', '/proc/self/root', '/proc/1/cwd', '../../../..'):
                        if os.path.exists(root + path): print('visible', root + path)
                for path in ('/etc/shadow', '/root', '/home', '/var', '/sys', '/boot', '/run', '/mnt', '/opt', '/srv', '/var/run/docker.sock', '/dev/sda', '/dev/vda', '/dev/mem', '/dev/kvm', '/usr/local/bin'):
                    if os.path.exists(path): print('visible', path)
                for path in ('/proc/1/environ', '/proc/1/root/etc/passwd', '/proc/1/fd/3', '/proc/1/fd', '/proc/1/mem', '/proc/kcore', '/proc/kmsg', '/proc/keys'):
                    try:
                        text = os.listdir(path) if path.endswith('fd') else open(path, 'rb').read(100)
                        if text: print('readable', path, text)
                    except OSError: pass
                print(sorted(os.listdir('/')), sorted(os.listdir('/etc')))
                """, [.. secrets, Environment.CurrentDirectory, AppContext.BaseDirectory, fixture.Options.StateDirectory]);

            Assert.StartsWith("['bin', 'build', 'cache', 'dev', 'etc', 'init.pl',", printed);
            Assert.DoesNotContain("'shadow'", printed);
            Assert.DoesNotContain(nonce, printed);
        }
        finally
        {
            Array.ForEach(secrets, File.Delete);
        }
    }

    [Fact]
    public async Task Compiler_cannot_put_host_text_into_its_messages()
    {
        foreach (var path in (string[])["/etc/shadow", "/proc/1/environ", Path.Combine(fixture.Options.StateDirectory, "installation")])
        {
            var result = await fixture.RunAsync("c", $"#include \"{path}\"\nint main(void) {{}}");

            Assert.Equal(RunStatus.CompilationError, result.Status);
            Assert.Matches("No such file|Permission denied", result.Compile!.Stderr);
        }
    }

    [Fact]
    public async Task Environment_is_the_allowed_one()
    {
        Environment.SetEnvironmentVariable("CODECRAFTER_SECRET", "nonce");
        try
        {
            Assert.Equal("['HOME', 'LANG', 'PATH', 'PYTHONDONTWRITEBYTECODE', 'PYTHONUNBUFFERED', 'TMPDIR']", await fixture.PythonAsync("import os; print(sorted(os.environ))"));
        }
        finally
        {
            Environment.SetEnvironmentVariable("CODECRAFTER_SECRET", null);
        }
    }

    [Fact]
    public async Task Only_the_three_standard_descriptors_are_open()
    {
        var result = await fixture.RunAsync("c", """
            #include <fcntl.h>
            #include <stdio.h>
            int main(void) { for (int i = 0; i < 1024; i++) if (fcntl(i, F_GETFD) >= 0) printf("%d ", i); }
            """);

        Assert.Equal("0 1 2 ", result.Run!.Stdout);
    }

    [Fact]
    public async Task Other_processes_cannot_be_seen_or_hurt()
    {
        var result = await fixture.RunAsync("python", """
            import os, signal, sys
            print(sorted(int(p) for p in os.listdir('/proc') if p.isdigit()) == [1, os.getpid()], os.getppid(), flush=True)
            for s in (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
                try: os.kill(1, s)
                except OSError: pass
            os.kill(os.getpid(), 0)
            print('init survives', flush=True)
            try: os.kill(-1, signal.SIGKILL)
            except ProcessLookupError: print('nobody else is there')
            """);

        Assert.Equal(RunStatus.Accepted, result.Status);
        Assert.Equal("True 1\ninit survives\nnobody else is there\n", result.Run!.Stdout);
    }

    [Fact]
    public async Task Runs_at_the_same_time_do_not_meet()
    {
        const string code = """
            import fcntl, hashlib, os, sys, time
            nonce = sys.argv[1]
            for path in ('/tmp/shared', '/dev/shm/shared', '/workspace/shared'):
                assert not os.path.exists(path), path
                f = open(path, 'w'); f.write(nonce); f.flush()
                fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
            import ctypes
            libc = ctypes.CDLL(None)
            assert libc.shmget(4711, 4096, 0o1000 | 0o2000 | 0o600) >= 0, 'shm'
            time.sleep(0.2)
            assert all(open(p).read() == nonce for p in ('/tmp/shared', '/dev/shm/shared', '/workspace/shared'))
            print(os.getuid())
            """;

        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => fixture.RunAsync(fixture.Request("python", code) with { Arguments = [$"nonce-{i}"] })));

        Assert.All(results, result => Assert.True(result.Status == RunStatus.Accepted, $"{result.Status} {result.Run?.Stderr}"));
        Assert.Equal(20, results.Select(result => result.Run!.Stdout).Distinct().Count());
    }

    [Fact]
    public async Task Compile_step_cannot_lead_the_run_step_astray()
    {
        // The compiler's directory becomes a link to the root, and a daemon stays to race with the run step.
        var c = fixture.Language("c");
        var language = c with
        {
            Recipe = c.Recipe! with
            {
                Compile = c.Recipe.Compile! with { Command = ["/bin/sh", "-c", "(setsid sh -c 'while :; do echo raced >/build/program; echo alive; done' &) ; ln -s / /build/classes; ln -s /etc/passwd /build/link; printf '#!/bin/sh\\necho ran; ls /proc | grep -c \"^[0-9]\"' >/build/program; chmod 755 /build/program"] },
            },
        };

        var result = await fixture.RunAsync(fixture.Request("c", "") with { Language = language });

        Assert.NotEqual(RunStatus.InternalError, result.Status);
        Assert.DoesNotContain("alive", result.Run?.Stdout ?? "");
    }

    [Fact]
    public async Task Child_of_a_compiler_is_dead_when_the_program_runs()
    {
        var c = fixture.Language("c");
        var language = c with
        {
            Recipe = c.Recipe! with
            {
                Compile = c.Recipe.Compile! with { Command = ["/bin/sh", "-c", "(setsid sleep 1000 &) ; printf '#!/bin/sh\\nexec ls /proc' >/build/program; chmod 755 /build/program"] },
            },
        };

        var result = await fixture.RunAsync(fixture.Request("c", "") with { Language = language });

        Assert.Equal(RunStatus.Accepted, result.Status);
        Assert.Equal(2, result.Run!.Stdout.Split('\n').Count(name => int.TryParse(name, out _)));
    }

    [Fact]
    public async Task Control_socket_of_init_is_out_of_reach()
    {
        var result = await fixture.RunAsync("python", """
            import os
            for pid in os.listdir('/proc'):
                if pid.isdigit():
                    for fd in range(3, 20):
                        try: os.write(os.open(f'/proc/{pid}/fd/{fd}', os.O_WRONLY), b'D\0\0\0\4\0\0\0\0'); print('written')
                        except OSError: pass
            os._exit(7)
            """, RunLimits.Default);

        Assert.Equal((7, ""), (result.Run!.ExitCode, result.Run.Stdout));
    }
}
