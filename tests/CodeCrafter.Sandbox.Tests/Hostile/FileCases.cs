using System.Security.Cryptography;
using System.Text;
using CodeCrafter.Sandbox.Limits;

namespace CodeCrafter.Sandbox.Tests.Hostile;

/// <summary>Files: what can be read, written and led astray.</summary>
public abstract class FileCases(Backend backend) : HostileCases(backend)
{
    [Case]
    public async Task Case28_Nonce_of_a_neighbour_is_nowhere()
    {
        var nonce = RandomNumberGenerator.GetHexString(32);
        var observer = new RecordingObserver();
        using var enough = new CancellationTokenSource();
        var neighbour = RunAsync(Request("python", """
            import sys, time
            for directory in ('/workspace', '/tmp', '/dev/shm'):
                open(directory + '/nonce-' + sys.argv[1], 'w').write(sys.argv[1])
            print('written')
            time.sleep(1000)
            """, RunLimits.Default with { WallTime = TimeSpan.FromSeconds(100) }, nonce), observer, enough.Token);
        await UntilPrintedAsync("written", observer, neighbour);

        // In two parts, so that the search does not find itself.
        const string search = """
            import os, sys
            nonce = sys.argv[1] + sys.argv[2]
            seen = 0
            for top in ('/proc', '/workspace', '/tmp', '/dev', '/build', '/etc', '/cache'):
                for folder, _, names in os.walk(top):
                    if folder.startswith('/proc/self/task') or '/map_files' in folder: continue
                    for name in names:
                        path = os.path.join(folder, name)
                        try:
                            if nonce in os.readlink(path) if os.path.islink(path) else nonce in path: print('named', path)
                            if os.path.isfile(path) and not path.endswith('/pagemap'):
                                fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
                                seen += 1
                                if nonce.encode() in os.read(fd, 1 << 16): print('found', path)
                                os.close(fd)
                        except OSError: pass
            print('looked', seen > 50)
            """;
        var beside = await PythonAsync(search, nonce[..16], nonce[16..]);
        await enough.CancelAsync();
        AssertStatus(RunStatus.Cancelled, await neighbour);
        var after = await PythonAsync(search, nonce[..16], nonce[16..]);

        Assert.Equal(("looked True", "looked True"), (beside, after));
    }

    [Case]
    public async Task Case29_Files_of_the_host_are_not_there()
    {
        var nonce = RandomNumberGenerator.GetHexString(32);
        string[] secrets = [.. Backend.HostDirectories.Append(Path.GetTempPath()).Select(directory => Path.Combine(directory, "nonce-" + nonce))];
        foreach (var secret in secrets)
        {
            await File.WriteAllTextAsync(secret, nonce, TestContext.Current.CancellationToken);
            File.SetUnixFileMode(secret, (UnixFileMode)0b110_110_110);
        }
        try
        {
            var printed = await PythonAsync("""
                import os, sys
                for path in sys.argv[1:]:
                    for root in ('', '/proc/1/root', '/proc/self/root', '/proc/1/cwd', '/proc/self/cwd/../../../..', '../../../..'):
                        if os.path.exists(root + path): print('visible', root + path)
                for path in ('/etc/shadow', '/root', '/home', '/var', '/boot', '/run', '/mnt', '/opt', '/srv', '/run/docker.sock',
                             '/var/run/docker.sock', '/run/containerd/containerd.sock', '/dev/sda', '/dev/vda', '/dev/mem', '/dev/kvm', '/usr/local/bin', '/usr/src/linux'):
                    if os.path.exists(path): print('visible', path)
                for path in ('/proc/1/environ', '/proc/1/root/etc/passwd', '/proc/1/fd/3', '/proc/1/fd/4', '/proc/1/fd', '/proc/1/mem', '/proc/kcore', '/proc/kmsg', '/proc/keys'):
                    try:
                        text = os.listdir(path) if path.endswith('fd') else open(path, 'rb').read(100)
                        if text not in (b'', b'PATH=/usr/bin:/bin\0', b'PATH=/usr/bin:/bin\0HOME=/workspace\0', ['0', '1', '2', '3', '4']): print('readable', path, text)
                    except OSError: pass
                print(' '.join(n for n in os.listdir('/etc') if n in ('shadow', 'gshadow', 'ssh', 'ssl', 'machine-id')))
                print(open('/etc/passwd').readline(), end='')
                """, [.. secrets, Environment.CurrentDirectory, AppContext.BaseDirectory, .. Backend.HostDirectories, .. Backend.SharesTheKernel ? (string[])["/sys"] : []]);

            Assert.Equal("\nroot:x:0:0:root:/nonexistent:/usr/sbin/nologin", printed);
        }
        finally
        {
            Array.ForEach(secrets, File.Delete);
        }
    }

    [Case]
    public async Task Case30_Nothing_but_the_workspace_and_tmp_can_be_written()
    {
        var printed = await PythonAsync("""
            import os, stat, sys
            for directory in ('/', '/usr', '/usr/bin', '/usr/lib', '/usr/local', '/etc', '/dev', '/proc', '/proc/sys/kernel', '/cache'):
                try: os.close(os.open(directory + '/canary', os.O_CREAT | os.O_WRONLY)); print('made in', directory)
                except OSError: pass
                try: os.chmod(directory, 0o777); print('opened up', directory)
                except OSError: pass
                try: os.rename(directory, '/tmp/moved'); print('moved', directory)
                except OSError: pass
            for path in ('/proc/self/exe', sys.executable, '/usr/bin/perl', '/init.pl', '/etc/passwd', '/etc/ld.so.cache', '/proc/1/mem', '/proc/1/oom_score_adj'):
                for flags in (os.O_WRONLY, os.O_RDWR | os.O_TRUNC, os.O_WRONLY | os.O_APPEND):
                    try: os.open(path, flags); print('opened', path)
                    except OSError: pass
                try: os.unlink(path); print('removed', path)
                except OSError: pass
            print([o for l in open('/proc/self/mountinfo') if l.split()[4] == '/usr' for o in l.split()[5].split(',') if o in ('ro', 'nosuid', 'nodev')])
            """);

        Assert.Equal(Backend.SharesTheKernel ? "['ro', 'nosuid', 'nodev']" : "['ro']", printed);
        Assert.False(File.Exists("/usr/canary") || File.Exists("/usr/bin/canary"));
    }

    [Case]
    public async Task Case31_Link_for_a_result_is_rejected()
    {
        var nonce = RandomNumberGenerator.GetHexString(32);
        string[] secrets = [.. Backend.HostDirectories.Append(Path.GetTempPath()).Select(directory => Path.Combine(directory, "nonce-" + nonce))];
        Array.ForEach(secrets, secret => File.WriteAllText(secret, nonce));
        try
        {
            var result = await CollectAsync("""
                import os, sys
                for i, target in enumerate(sys.argv[1:]):
                    os.symlink(target, f'link{i}')
                    os.symlink(os.path.dirname(target), f'folder{i}')
                os.symlink('true.txt', 'to-a-file'); os.symlink('.', 'loop'); os.symlink('nowhere', 'dangling')
                open('true.txt', 'w').write('true')
                """, ["/etc/passwd", "/dev/urandom", "/dev/zero", "/proc/1/environ", "/proc/self/mem", "/../../../../etc/shadow", .. secrets]);

            Assert.Equal("true.txt=true", Collected(result));
            Assert.True(result.FilesOmitted >= 6 + secrets.Length, $"{result.FilesOmitted} are left out");
        }
        finally
        {
            Array.ForEach(secrets, File.Delete);
        }
    }

    [Case]
    public async Task Case32_Hard_links_FIFOs_sockets_and_devices_are_rejected_and_block_nothing()
    {
        var result = await CollectAsync("""
            import os, socket
            open('twice', 'w').write('twice'); os.link('twice', 'again')
            for source in ('/etc/passwd', '/init.pl', '/usr/bin/id', '/proc/self/environ'):
                try: os.link(source, 'hard-' + os.path.basename(source)); print('linked', source)
                except OSError: pass
            os.mkfifo('fifo'); os.mkfifo('open-fifo'); os.open('open-fifo', os.O_RDWR)
            s = socket.socket(socket.AF_UNIX); s.bind('socket'); s.listen()
            for kind in (0o20666, 0o60666):
                try: os.mknod(f'device{kind}', kind, 0x103)
                except OSError: pass
            os.mkdir('closed'); open('closed/inside', 'w').write('x'); os.chmod('closed', 0)
            open('unreadable', 'w').write('x'); os.chmod('unreadable', 0)
            os.truncate(os.open('sparse', os.O_CREAT | os.O_RDWR), 60 << 20)
            open('true.txt', 'w').write('true')
            """);

        Assert.Equal(("true.txt=true", ""), (Collected(result), result.Run?.Stdout));
        Assert.True(result.FilesOmitted >= 5, $"{result.FilesOmitted} are left out");
    }

    /// <summary>Whoever swaps is dead before the first file is looked at, also where it does not want to be.</summary>
    [Case]
    public async Task Case33_Files_swapped_for_links_while_they_are_collected_read_nothing_of_the_host()
    {
        var nonce = RandomNumberGenerator.GetHexString(32);
        var secret = Path.Combine(Backend.HostDirectories.FirstOrDefault(Path.GetTempPath()), "nonce-" + nonce);
        await File.WriteAllTextAsync(secret, nonce, TestContext.Current.CancellationToken);
        try
        {
            for (var round = 0; round < 5; round++)
            {
                var result = await CollectAsync("""
                    import os, sys, time
                    os.makedirs('folder')
                    open('folder/file', 'w').write('mine')
                    if os.fork() == 0:
                        os.setsid()
                        if os.fork() == 0:
                            while True:
                                try:
                                    os.rename('folder/file', 'folder/kept'); os.symlink(sys.argv[1], 'folder/file')
                                    os.unlink('folder/file'); os.rename('folder/kept', 'folder/file')
                                    os.rename('folder', 'moved'); os.symlink(os.path.dirname(sys.argv[1]), 'folder')
                                    os.unlink('folder'); os.rename('moved', 'folder')
                                except OSError: pass
                        os._exit(0)
                    time.sleep(0.05)
                    """, secret);

                Assert.True(Collected(result) is "" or "folder/file=mine" or "folder/kept=mine" or "moved/file=mine", Collected(result));
            }
        }
        finally
        {
            File.Delete(secret);
        }
    }

    [Case]
    public async Task Case34_Compile_step_cannot_lead_the_run_step_astray()
    {
        // The compiler's directory is replaced by links, and a daemon stays to race with the run step.
        const string race = "(setsid sh -c 'while :; do echo raced >/build/program; echo alive; done' &) ; ";
        const string program = "printf '#!/bin/sh\\necho ran; test -O /etc/passwd || echo not mine\\n' >/build/program; chmod 755 /build/program; ";

        var raced = await RunAsync(Request("c", "") with { Language = CompiledBy(race + program) });
        var linked = await RunAsync(Request("c", "") with { Language = CompiledBy(program + "ln -s / /build/classes; ln -s /etc/passwd /build/link; ln -s /build /workspace/build") });
        var replaced = await RunAsync(Request("c", "") with { Language = CompiledBy("ln -s /usr/bin/id /build/program") });
        var moved = await RunAsync(Request("c", "") with { Language = CompiledBy("rmdir /build || mv /build /tmp/build || ln -sfn /usr/bin /build; ln -sfn /usr/bin /build; exit 0") });

        // Who won until the compiler ended; nothing has changed since.
        Assert.True(raced is { Status: RunStatus.ExecFormatError } or { Status: RunStatus.Accepted, Run.Stdout: ['r', 'a', 'n', '\n', ..] }, $"{raced}");
        Assert.DoesNotContain("alive", raced.Run!.Stdout);
        Assert.Equal(RunStatus.Accepted, linked.Status);
        Assert.Equal("ran\nnot mine\n", linked.Run!.Stdout);
        // A link that the compiler leaves is followed inside the sandbox, as the program's user, and nowhere else.
        Assert.Equal(RunStatus.Accepted, replaced.Status);
        Assert.DoesNotContain("uid=0", replaced.Run!.Stdout);
        Assert.NotEqual(RunStatus.Accepted, moved.Status);
    }

    [Case]
    public async Task Case35_Strange_names_are_refused_from_outside_and_harmless_inside()
    {
        var canary = Path.Combine(Path.GetTempPath(), "codecrafter-canary-" + Guid.NewGuid());
        foreach (var name in (string[])["../x", "a/../../x", "/tmp/x", ".." + canary, canary, "a\nb", "a\0b", "-rf", "@list", "a//b", ".", "..", "a/.", "\uD800", "\uFFFD", new string('x', 256), "a\\b"])
        {
            var request = Request("python", "print(1)");
            await Assert.ThrowsAsync<ArgumentException>(() => Backend.Sandbox.RunAsync(request with { Files = [.. request.Files, new SourceFile(name, "")] }, cancellationToken: TestContext.Current.CancellationToken));
            await Assert.ThrowsAsync<ArgumentException>(() => Backend.Sandbox.RunAsync(request with { Files = [new SourceFile(name, "print(1)")], Entry = name }, cancellationToken: TestContext.Current.CancellationToken));
        }
        Assert.False(File.Exists(canary));

        var inside = await CollectAsync("""
            import os
            for name in (b'a\nb', b'\xff\xfe', b'-rf', b'$(touch x)', b'`id`', b'* ?', b'\x1b[2J', b'@', b'x' * 255):
                for directory in (b'/workspace/', b'/tmp/'):
                    with open(directory + name, 'w') as f: f.write('strange')
            open('plain', 'w').write('strange')
            """);
        // What comes back keeps to the rules for what goes in.
        Assert.Equal(["$(touch x)", "* ?", "`id`", "plain", new string('x', 255)], inside.Files.Select(file => file.Path).Order(StringComparer.Ordinal));

        var arguments = await RunAsync("python", "import sys; print(sys.argv[1:])", null, "-c", "--help", "../x", "a\nb", "$(id)", "");
        Assert.Equal("['-c', '--help', '../x', 'a\\nb', '$(id)', '']\n", arguments.Run?.Stdout);
    }

    private async Task<RunResult> CollectAsync(string code, params string[] arguments)
    {
        var result = await RunAsync(Request("python", code, null, arguments) with { Collect = new FileCollection { MaxFiles = 50 } });
        AssertStatus(RunStatus.Accepted, result);
        return result;
    }

    private static string Collected(RunResult result) =>
        string.Join(' ', result.Files.OrderBy(file => file.Path, StringComparer.Ordinal).Select(file => $"{file.Path}={Encoding.UTF8.GetString(file.Content)}"));

    /// <summary>By the names that shells and scripts use; and still none of what belongs to init.</summary>
    [Case]
    public async Task Case56_Own_streams_can_be_opened_by_name()
    {
        // gVisor shows the first process's three, which are these, to whoever has its user.
        var result = await RunAsync(Request("python", """
            import os, subprocess, sys
            print(open('/dev/stdin').readline(), end='', flush=True)
            for path in ('/dev/stdout', '/proc/self/fd/1', '/dev/fd/1'):
                with open(path, 'w') as f: f.write(path + '\n')
            for path in ('/dev/stderr', '/proc/self/fd/2'):
                with open(path, 'w') as f: f.write(path + '\n')
            subprocess.run(['/bin/bash', '-c', 'read -r line < /dev/stdin; echo "$line" > /dev/stdout; echo done > /dev/stderr'])
            for pid in [1, os.getppid()]:
                for name in sys.argv[1:]:
                    try: os.open(f'/proc/{pid}/fd/{name}', os.O_RDWR | os.O_NONBLOCK); print('opened', name)
                    except OSError: pass
            """, null, Backend.SharesTheKernel ? ["0", "1", "2", "3", "4", "5"] : ["3", "4", "5"]) with { StandardInput = new MemoryStream("first\n"u8.ToArray()) });
        var shell = await RunAsync(Request("python", "import os; os.execv('/bin/bash', ['bash', '-c', 'read -r line < /dev/stdin; echo \"$line\" > /dev/stdout; echo done > /dev/stderr'])") with { StandardInput = new MemoryStream("line\n"u8.ToArray()) });
        var nothing = await RunAsync(Request("python", "print(open('/dev/stdin').read() == '')") with { StandardInput = Stream.Null });
        var typed = await RunAsync(Request("python", "open('/dev/stdout', 'w').write(open('/dev/stdin').readline())") with { Terminal = new Terminal(80, 24), StandardInput = new MemoryStream("typed\n"u8.ToArray()) });

        Assert.Equal("first\n/dev/stdout\n/proc/self/fd/1\n/dev/fd/1\n\n", result.Run?.Stdout);
        Assert.Equal("/dev/stderr\n/proc/self/fd/2\ndone\n", result.Run!.Stderr);
        Assert.Equal(("line\n", "done\n"), (shell.Run?.Stdout, shell.Run?.Stderr));
        Assert.Equal((RunStatus.Accepted, "True\n"), (nothing.Status, nothing.Run?.Stdout));
        Assert.Contains("typed", typed.Run!.Stdout);
        AssertStatus(RunStatus.Accepted, typed);
    }
}
