using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace CodeCrafter.Sandbox.Languages;

/// <summary>Reads the folders under <c>languages/</c>: a manifest <c>language.json</c> and a sample program each.</summary>
internal static partial class LanguageCatalogLoader
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
        RespectRequiredConstructorParameters = true,
    };

    public static IReadOnlyList<(Language Language, LanguageManifest Manifest)> Read(string directory) =>
    [
        .. Directory.GetDirectories(directory)
            .Where(folder => File.Exists(Path.Combine(folder, "language.json")))
            .Select(ReadFolder)
            .OrderBy(entry => entry.Language.Name, StringComparer.OrdinalIgnoreCase),
    ];

    /// <summary>The version that the toolchain reports; null where it is not installed.</summary>
    public static async Task<string?> ProbeAsync(LanguageManifest manifest, CancellationToken cancellationToken)
    {
        if (!manifest.Requires.All(File.Exists))
        {
            return null;
        }
        var start = new ProcessStartInfo(manifest.Version[0], manifest.Version.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        start.Environment.Clear();
        foreach (var (name, value) in ProbeEnvironment)
        {
            start.Environment[name] = value;
        }
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(TimeSpan.FromSeconds(20));
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            var errors = process.StandardError.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            var version = FindVersion(await output + await errors);
            return process.ExitCode == 0 ? version : null;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellationToken.ThrowIfCancellationRequested();
            return null;
        }
    }

    /// <summary>The version in what a toolchain says of itself; null where there is none.</summary>
    public static string? FindVersion(string output) => VersionNumber().Match(output) is { Success: true } version ? version.Value : null;

    private static readonly (string, string)[] ProbeEnvironment = [("PATH", "/usr/bin:/bin"), ("LANG", "C.UTF-8"), ("HOME", "/nonexistent")];

    private static (Language Language, LanguageManifest Manifest) ReadFolder(string folder)
    {
        var path = Path.Combine(folder, "language.json");
        try
        {
            var manifest = JsonSerializer.Deserialize<LanguageManifest>(File.ReadAllBytes(path), Json)
                ?? throw new JsonException("The manifest is empty.");
            if (manifest.Id != Path.GetFileName(folder))
            {
                throw new JsonException($"The id {manifest.Id} is not the folder's name.");
            }
            if (manifest.Compile is not null && manifest.Output?.StartsWith("/build/", StringComparison.Ordinal) != true)
            {
                throw new JsonException("What the compiler makes ('output') is a path below /build/.");
            }
            return (manifest.ToLanguage(File.ReadAllText(Path.Combine(folder, manifest.FileName)), Path.GetFullPath(folder)), manifest);
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    [GeneratedRegex(@"\d+(\.\d+)*")]
    private static partial Regex VersionNumber();
}
