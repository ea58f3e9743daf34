using System.Runtime.InteropServices;
using CodeCrafter.Sandbox.Languages;
using CodeCrafter.Sandbox.Limits;
using CodeCrafter.Sandbox.Oci;

namespace CodeCrafter.Sandbox;

/// <summary>One thing that was looked at.</summary>
/// <param name="Name">What: <c>cgroups</c>, <c>Java</c>.</param>
/// <param name="Works">It is there and works, or is not needed; null where it could not be tried.</param>
/// <param name="Detail">What was found, or what is wrong and what to do; one line.</param>
/// <param name="Packages">The Debian and Ubuntu packages that are missing.</param>
public sealed record Finding(string Name, bool? Works, string Detail, IReadOnlyList<string> Packages)
{
    internal static Finding Good(string name, string detail) => new(name, true, detail, []);

    internal static Finding Bad(string name, string detail, params string[] packages) => new(name, false, detail, packages);
}

/// <summary>
/// Looks at what this host offers to the OCI sandbox, each thing by itself, so that one that lacks does not hide another.
/// </summary>
public static class HostInspection
{
    private static readonly (string Path, string Package)[] Programs =
        [("/usr/bin/perl", "perl-base"), ("/usr/bin/unshare", "util-linux"), ("/usr/bin/umount", "mount")];

    /// <summary>What can be seen without running anything.</summary>
    /// <param name="runtime">The OCI runtime that is configured; null for the default.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<IReadOnlyList<Finding>> LookAsync(string? runtime, CancellationToken cancellationToken = default)
    {
        var mountInfo = File.Exists("/proc/self/mountinfo") ? await File.ReadAllTextAsync("/proc/self/mountinfo", cancellationToken) : "";
        return
        [
            Finding.Good("system", $"{Distribution()}, kernel {Environment.OSVersion.Version}, {RuntimeInformation.OSArchitecture}"),
            Environment.IsPrivilegedProcess
                ? Finding.Good("root", "yes")
                : Finding.Bad("root", "no: namespaces and cgroups need it; programs themselves run as another user. Start this with sudo."),
            await RuntimeAsync(runtime, mountInfo, cancellationToken),
            Helpers(),
            Cgroups(mountInfo),
            File.Exists("/proc/sys/kernel/seccomp/actions_avail")
                ? Finding.Good("seccomp", "the kernel filters system calls")
                : Finding.Bad("seccomp", "this kernel is built without CONFIG_SECCOMP_FILTER: choose another kernel"),
            Namespaces(),
            Finding.Good("user namespaces", UserNamespaces()),
        ];
    }

    /// <summary>Whether a language's sample runs, and how long that takes from the request to the result.</summary>
    /// <param name="sandbox">Where to run it; null for a host that has none.</param>
    /// <param name="language">The language.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<Finding> TryAsync(ISandbox? sandbox, Language language, CancellationToken cancellationToken = default)
    {
        if (!language.IsAvailable)
        {
            return Finding.Bad(language.Title, language.Fault?.Problem ?? "not installed", [.. language.Fault?.Packages ?? language.Packages]);
        }
        if (sandbox is null)
        {
            return new Finding(language.Title, null, $"{language.Version}, not tried", []);
        }
        var request = new RunRequest { Language = language, Files = [new SourceFile(language.FileName, language.Sample)], Entry = language.FileName };
        var started = TimeProvider.System.GetTimestamp();
        var result = await sandbox.RunAsync(request, cancellationToken: cancellationToken);
        var time = TimeProvider.System.GetElapsedTime(started);
        cancellationToken.ThrowIfCancellationRequested();
        return result.Status != RunStatus.Accepted
            ? Finding.Bad(language.Title, $"{language.Version}, its sample {language.SamplePath} ends with {result.Status}: {Toolchain.FirstLine(result.Run?.Stderr, result.Compile?.Stderr, result.Compile?.Stdout) ?? "it says nothing"}")
            : result.Run?.Stdout.TrimEnd() == LanguageCatalog.Greeting
            ? Finding.Good(language.Title, $"{language.Version}, hello in {time.TotalMilliseconds:0} ms")
            : Finding.Bad(language.Title, $"{language.Version}, its sample {language.SamplePath} must print '{LanguageCatalog.Greeting}' alone, not {(Toolchain.FirstLine(result.Run?.Stdout) is { } line ? $"'{line}'" : "nothing")}");
    }

    private static async Task<Finding> RuntimeAsync(string? wanted, string mountInfo, CancellationToken cancellationToken)
    {
        var scratch = Directory.CreateTempSubdirectory("codecrafter-doctor-");
        try
        {
            using var runtime = await OciRuntime.DetectAsync(wanted, scratch.FullName, mountInfo, cancellationToken);
            return Finding.Good("OCI runtime", runtime.Description);
        }
        catch (SandboxUnavailableException e)
        {
            return Finding.Bad("OCI runtime", e.Message, wanted is null or "crun" ? ["crun"] : wanted is "runc" or "runsc" ? [wanted] : []);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Finding.Bad("OCI runtime", $"could not be tried: {e.Message}");
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    private static Finding Helpers()
    {
        var missing = Programs.Where(program => !File.Exists(program.Path)).ToList();
        return missing.Count == 0
            ? Finding.Good("helpers", string.Join(", ", Programs.Select(program => Path.GetFileName(program.Path))))
            : Finding.Bad("helpers", $"missing: {string.Join(", ", missing.Select(program => program.Path))}", [.. missing.Select(program => program.Package)]);
    }

    private static Finding Cgroups(string mountInfo)
    {
        try
        {
            return Finding.Good("cgroups", $"{CgroupDetector.Detect(mountInfo, TimeProvider.System).Kind}, with memory, pids and cpu");
        }
        catch (Exception e) when (e is SandboxUnavailableException or IOException or UnauthorizedAccessException)
        {
            return Finding.Bad("cgroups", e.Message);
        }
    }

    private static Finding Namespaces()
    {
        var missing = ((string[])["pid", "mnt", "ipc", "uts", "net", "cgroup"]).Where(kind => !File.Exists($"/proc/self/ns/{kind}")).ToList();
        return missing.Count == 0
            ? Finding.Good("namespaces", "pid, mount, ipc, uts, network, cgroup")
            : Finding.Bad("namespaces", $"this kernel lacks {string.Join(", ", missing)}: choose another kernel");
    }

    private static string UserNamespaces()
    {
        const string file = "/proc/sys/user/max_user_namespaces";
        var allowed = File.Exists(file) && File.ReadAllText(file).Trim() != "0";
        return $"{(allowed ? "there are some" : "there are none")}; the sandbox does without, and programs cannot make any";
    }

    private static string Distribution() =>
        File.Exists("/etc/os-release")
            ? File.ReadLines("/etc/os-release").FirstOrDefault(line => line.StartsWith("PRETTY_NAME=", StringComparison.Ordinal))?["PRETTY_NAME=".Length..].Trim('"') ?? "Linux"
            : "an unknown distribution";
}
