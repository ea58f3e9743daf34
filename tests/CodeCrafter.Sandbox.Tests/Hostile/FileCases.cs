using System.Security.Cryptography;
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
        await observer.WaitAsync(text => text.Contains("written"));

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
                for path in ('/etc/shadow', '/root', '/home', '/var', '/sys', '/boot', '/run', '/mnt', '/opt', '/srv', '/run/docker.sock',
                             '/var/run/docker.sock', '/run/containerd/containerd.sock', '/dev/sda', '/dev/vda', '/dev/mem', '/dev/kvm', '/usr/local/bin', '/usr/src/linux'):
                    if os.path.exists(path): print('visible', path)
                for path in ('/proc/1/environ', '/proc/1/root/etc/passwd', '/proc/1/fd/3', '/proc/1/fd', '/proc/1/mem', '/proc/kcore', '/proc/kmsg', '/proc/keys'):
                    try:
                        text = os.listdir(path) if path.endswith('fd') else open(path, 'rb').read(100)
                        if text: print('readable', path, text)
                    except OSError: pass
                print(' '.join(n for n in os.listdir('/etc') if n in ('shadow', 'gshadow', 'ssh', 'ssl', 'machine-id')))
                print(open('/etc/passwd').readline(), end='')
                """, [.. secrets, Environment.CurrentDirectory, AppContext.BaseDirectory, .. Backend.HostDirectories]);

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

        Assert.Equal("['ro', 'nosuid', 'nodev']", printed);
        Assert.False(File.Exists("/usr/canary") || File.Exists("/usr/bin/canary"));
    }

    [Case]
    public async Task Case34_Compile_step_cannot_lead_the_run_step_astray()
    {
        // The compiler's directory is replaced by links, and a daemon stays to race with the run step.
        const string race = "(setsid sh -c 'while :; do echo raced >/build/program; echo alive; done' &) ; ";
        const string program = "printf '#!/bin/sh\\necho ran; ls -l /etc/passwd\\n' >/build/program; chmod 755 /build/program; ";

        var linked = await RunAsync(Request("c", "") with { Language = CompiledBy(race + program + "ln -s / /build/classes; ln -s /etc/passwd /build/link; ln -s /build /workspace/build") });
        var replaced = await RunAsync(Request("c", "") with { Language = CompiledBy(race + "ln -s /usr/bin/id /build/program") });
        var moved = await RunAsync(Request("c", "") with { Language = CompiledBy("rmdir /build || mv /build /tmp/build || ln -sfn /usr/bin /build; ln -sfn /usr/bin /build; exit 0") });

        Assert.Equal(RunStatus.Accepted, linked.Status);
        Assert.Contains("ran\n", linked.Run!.Stdout);
        Assert.Matches(@"^-rw-r--r-- .* root +root ", linked.Run.Stdout.Split('\n')[1]);
        Assert.DoesNotContain("alive", linked.Run.Stdout);
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

        var inside = await RunAsync("python", """
            import os
            for name in (b'a\nb', b'\xff\xfe', b'-rf', b'$(touch x)', b'`id`', b'* ?', b'\x1b[2J', b'@', b'x' * 255):
                for directory in (b'/workspace/', b'/tmp/'):
                    with open(directory + name, 'w') as f: f.write('strange')
            print('made')
            """);
        Assert.Equal((RunStatus.Accepted, "made\n"), (inside.Status, inside.Run?.Stdout));

        var arguments = await RunAsync("python", "import sys; print(sys.argv[1:])", null, "-c", "--help", "../x", "a\nb", "$(id)", "");
        Assert.Equal("['-c', '--help', '../x', 'a\\nb', '$(id)', '']\n", arguments.Run?.Stdout);
    }
}
