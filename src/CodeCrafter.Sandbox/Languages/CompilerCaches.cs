using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace CodeCrafter.Sandbox.Languages;

/// <summary>
/// Compiler caches of the standard libraries, filled once for each toolchain version by the toolchain itself, outside
/// the sandbox and from its own sources only, and read-only to every program: nothing inside can poison them.
/// </summary>
internal sealed class CompilerCaches(string directory, ILogger logger)
{
    /// <summary>Where a compiler keeps its cache while there is no shared one.</summary>
    public const string Private = "/build/cache";

    private readonly SemaphoreSlim _one = new(1);

    /// <summary>The directory on the host; null where the language has no shared cache, or not yet.</summary>
    public string? Find(Language language) =>
        language.Recipe?.Cache is not null && Directory.Exists(PathOf(language)) ? PathOf(language) : null;

    /// <summary>Fills what is missing, one after the other.</summary>
    public async Task FillAsync(IEnumerable<Language> languages, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            foreach (var language in languages.Where(IsMissing))
            {
                await FillAsync(language, cancellationToken);
            }
        }
        finally
        {
            _one.Release();
        }
    }

    private bool IsMissing(Language language) =>
        language is { IsAvailable: true, Recipe.Cache: { } cache } && Find(language) is null && !cache.IsNeedless();

    private async Task FillAsync(Language language, CancellationToken cancellationToken)
    {
        var recipe = language.Recipe!.Cache!;
        var partial = PathOf(language) + ".partial";
        if (Directory.Exists(partial))
        {
            Directory.Delete(partial, recursive: true);
        }
        Directory.CreateDirectory(partial);
        logger.LogInformation("Filling the compiler cache of {Language} {Version}", language.Name, language.Version);
        // The same command line and paths as inside, since they are part of what a cache entry is found by.
        var start = new ProcessStartInfo(recipe.Fill[0], recipe.Fill.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = partial,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/bin:/bin";
        start.Environment["LANG"] = "C.UTF-8";
        foreach (var (name, value) in recipe.Environment)
        {
            start.Environment[name] = value.Replace("{cache}", partial);
        }
        using var process = Process.Start(start)!;
        try
        {
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            if (process.ExitCode != 0)
            {
                // Programs compile without it, more slowly.
                logger.LogWarning("The compiler cache of {Language} could not be filled: {Output}", language.Name, await output + await errors);
                return;
            }
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        MakeReadable(partial);
        Directory.Move(partial, PathOf(language));
        logger.LogInformation("Filled the compiler cache of {Language}", language.Name);
    }

    /// <summary>Whatever umask the server has, programs of another user are to read the cache and nobody to write it.</summary>
    private static void MakeReadable(string directory)
    {
        const UnixFileMode file = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        const UnixFileMode folder = file | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute | UnixFileMode.UserWrite;
        File.SetUnixFileMode(directory, folder);
        foreach (var entry in Directory.EnumerateFileSystemEntries(directory, "*", SearchOption.AllDirectories))
        {
            File.SetUnixFileMode(entry, Directory.Exists(entry) ? folder : file);
        }
    }

    private string PathOf(Language language) => Path.Combine(directory, $"{language.Id}-{language.Version}");
}
