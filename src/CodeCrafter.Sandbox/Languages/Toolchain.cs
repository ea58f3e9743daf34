using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace CodeCrafter.Sandbox.Languages;

/// <summary>Looks on this host for the toolchain that a manifest requires.</summary>
internal static partial class Toolchain
{
    private const string DpkgStatus = "/var/lib/dpkg/status";
    private const int MaxQuote = 200;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    private static readonly (string, string)[] _environment = [("PATH", "/usr/bin:/bin"), ("LANG", "C.UTF-8"), ("HOME", "/nonexistent")];

    /// <summary>The version that the toolchain reports, or why there is none.</summary>
    public static async Task<(string? Version, ToolchainFault? Fault)> ProbeAsync(LanguageManifest manifest, CancellationToken cancellationToken)
    {
        var missing = manifest.Requires.Where(path => !Path.Exists(path)).ToList();
        if (missing.Count > 0)
        {
            return (null, Missing(manifest, missing, NotInstalled(manifest.Packages, DpkgStatus)));
        }
        try
        {
            var (exitCode, output) = await RunAsync(manifest.Version, cancellationToken);
            return exitCode != 0 ? Failure($"ends with exit code {exitCode}", output)
                : FindVersion(output) is { } version ? (version, null)
                : Failure("prints no number", output);
        }
        catch (Win32Exception exception)
        {
            return Failure("cannot be started", new Win32Exception(exception.NativeErrorCode).Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Failure($"has not ended after {_patience.TotalSeconds} s", "");
        }

        (string? Version, ToolchainFault? Fault) Failure(string how, string output) => (null, Failed(
            manifest.Id,
            manifest.Version,
            "all that it requires is there, but",
            how,
            output,
            !Path.Exists(manifest.Version[0]) ? $"name {manifest.Version[0]} in 'requires'"
            : manifest.Packages.Count == 0 ? "install what it calls again" : $"install {string.Join(' ', manifest.Packages)} again"));
    }

    /// <summary>The version in what a toolchain says of itself; null where there is none.</summary>
    public static string? FindVersion(string output) => VersionNumber().Match(output) is { Success: true } version ? version.Value : null;

    /// <summary>What lacks where paths are missing.</summary>
    /// <param name="manifest">The manifest.</param>
    /// <param name="paths">Those of its <c>requires</c> that are not there.</param>
    /// <param name="notInstalled">Those of its <c>packages</c> that are not there either.</param>
    public static ToolchainFault Missing(LanguageManifest manifest, IReadOnlyList<string> paths, IReadOnlyList<string> notInstalled)
    {
        var (what, file) = ($"{string.Join(", ", paths)} {(paths.Count == 1 ? "is" : "are")} missing", ManifestOf(manifest.Id));
        return notInstalled.Count > 0 ? new($"not installed: {what}; install {string.Join(" ", notInstalled)}", notInstalled)
            : manifest.Packages.Count == 0 ? new($"not installed: {what}, and 'packages' in {file} names nothing that brings it", [])
            : new($"{what}, although {string.Join(", ", manifest.Packages)} is installed: correct 'requires' or 'packages' in {file}", []);
    }

    /// <summary>What is wrong where the command that prints the version does not.</summary>
    /// <param name="id">The language.</param>
    /// <param name="command">The command.</param>
    /// <param name="where">What goes before it in the sentence.</param>
    /// <param name="how">What it does instead.</param>
    /// <param name="output">What it printed.</param>
    /// <param name="cure">What to do where the command is right.</param>
    public static ToolchainFault Failed(string id, IReadOnlyList<string> command, string where, string how, string output, string cure) => new(
        $"{where} its version command '{string.Join(' ', command)}' {how}{(FirstLine(output) is { } line ? $": {line}" : "")}; correct 'version' in {ManifestOf(id)} or, if that is right, {cure}", []);

    /// <summary>The packages that the distribution has not installed; all where it has no list of them.</summary>
    /// <param name="packages">Their names.</param>
    /// <param name="status">The list of what is installed, as dpkg keeps it.</param>
    public static IReadOnlyList<string> NotInstalled(IReadOnlyList<string> packages, string status)
    {
        const string name = "Package: ";
        var missing = packages.Distinct().ToList();
        try
        {
            var package = "";
            foreach (var line in File.ReadLines(status))
            {
                if (line.StartsWith(name, StringComparison.Ordinal))
                {
                    package = line[name.Length..];
                }
                else if (line.StartsWith("Status: ", StringComparison.Ordinal) && line.EndsWith(" ok installed", StringComparison.Ordinal))
                {
                    missing.Remove(package);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return packages;
        }
        return missing;
    }

    /// <summary>The first line of the first text that has one, for a message of one line; null where none has.</summary>
    public static string? FirstLine(params string?[] texts) => texts
        .SelectMany(text => text?.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [])
        .Select(line => string.Concat(line.Where(character => !char.IsControl(character)).Take(MaxQuote)))
        .FirstOrDefault();

    private static string ManifestOf(string id) => LanguageCatalogLoader.PathOf(id, LanguageCatalogLoader.ManifestName);

    private static async Task<(int ExitCode, string Output)> RunAsync(IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        start.Environment.Clear();
        foreach (var (name, value) in _environment)
        {
            start.Environment[name] = value;
        }
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(_patience);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            var errors = process.StandardError.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            return (process.ExitCode, await output + await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    [GeneratedRegex(@"\d+(\.\d+)*")]
    private static partial Regex VersionNumber();
}
