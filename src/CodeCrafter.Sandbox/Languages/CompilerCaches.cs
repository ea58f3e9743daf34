using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;

namespace CodeCrafter.Sandbox.Languages;

/// <summary>
/// What compilers need not do again for each program: precompiled headers, the standard library, the compiler's own
/// start. It is filled once by the toolchain itself, outside of any sandbox and from its own sources and the language's
/// folder only, and is read-only to every program: nothing inside can poison it. A change of the toolchain or of that
/// folder makes another one.
/// </summary>
/// <param name="directory">Where caches are kept; made where it is missing.</param>
/// <param name="root">The root directory of sandboxes, in which a cache is filled.</param>
/// <param name="logger">Tells what is filled, and why it could not be.</param>
internal sealed class CompilerCaches(string directory, string root, ILogger logger)
{
    /// <summary>Where a compiler keeps its cache while there is no shared one.</summary>
    public const string Private = "/build/cache";

    // Archives and caches hold the paths that they were made with, so the command sees what a sandbox sees: its root with
    // the host's toolchain, and the cache in its place. The mounts are in a namespace of their own, the processes too, so
    // that killing the first ends them all.
    private const string InRoot = """
        set -e
        root=$1 cache=$2 path=$3 language=$4
        shift 4
        mount --bind /usr "$root/usr"
        for place in local src; do [ ! -d "/usr/$place" ] || mount -t tmpfs -o ro tmpfs "$root/usr/$place"; done
        mount --bind /dev "$root/dev"
        mount -t proc proc "$root/proc"
        for place in tmp build workspace; do mount -t tmpfs tmpfs "$root/$place"; done
        mkdir "$root/build/language"
        mount --bind "$language" "$root/build/language"
        mkdir -p "$root$path"
        mount --bind "$cache" "$root$path"
        exec chroot "$root" "$@"
        """;

    private readonly ConcurrentDictionary<Language, string> _paths = new(ReferenceEqualityComparer.Instance);
    private readonly SemaphoreSlim _one = new(1);

    /// <summary>The directory on the host; null where the language has no shared cache, or not yet.</summary>
    public string? Find(Language language) =>
        language.Recipe?.Cache is not null && PathOf(language) is var path && Directory.Exists(path) ? path : null;

    /// <summary>Fills what is missing, one after the other.</summary>
    public async Task FillAsync(IEnumerable<Language> languages, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            foreach (var language in languages.Where(language => language is { IsAvailable: true, Recipe.Cache: not null }))
            {
                if (Find(language) is null)
                {
                    await FillAsync(language, cancellationToken);
                }
                RemoveOthers(language);
            }
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task FillAsync(Language language, CancellationToken cancellationToken)
    {
        var partial = PathOf(language) + ".partial";
        Delete(partial);
        Directory.CreateDirectory(partial);
        logger.LogInformation("Filling the compiler cache of {Language} {Version}", language.Name, language.Version);
        var started = Stopwatch.GetTimestamp();
        var (exitCode, output) = await RunAsync(language.Recipe!, partial, cancellationToken);
        if (exitCode != 0)
        {
            // Programs compile without it, more slowly.
            logger.LogWarning("The compiler cache of {Language} could not be filled: {Output}", language.Name, output);
            return;
        }
        MakeReadable(partial);
        Directory.Move(partial, PathOf(language));
        logger.LogInformation("Filled the compiler cache of {Language} in {Seconds:0.0} s", language.Name, Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    private async Task<(int ExitCode, string Output)> RunAsync(LanguageRecipe recipe, string partial, CancellationToken cancellationToken)
    {
        var cache = recipe.Cache!;
        string Expand(string part) => Placeholders.Expand(part, name => name switch { "cache" => cache.Path, "language" => "/build/language", _ => null });
        string[] command = ["--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "/bin/sh", "-c", InRoot, "sh", root, partial, cache.Path, recipe.Folder, .. cache.Fill.Select(Expand)];
        var start = new ProcessStartInfo("/usr/bin/unshare", command)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin";
        start.Environment["LANG"] = "C.UTF-8";
        foreach (var (name, value) in cache.Environment)
        {
            start.Environment[name] = Expand(value);
        }
        using var process = Process.Start(start)!;
        try
        {
            // People's programs go first.
            process.PriorityClass = ProcessPriorityClass.BelowNormal;
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return (process.ExitCode, await output + await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }

    /// <summary>Those of another version, and what a killed server left half filled.</summary>
    private void RemoveOthers(Language language)
    {
        foreach (var other in Directory.GetDirectories(directory, language.Id + "-*").Where(path => path != PathOf(language)))
        {
            Delete(other);
        }
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

    private static void Delete(string directory)
    {
        if (Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private string PathOf(Language language) =>
        _paths.GetOrAdd(language, l => Path.Combine(directory, $"{l.Id}-{l.Version}-{Fingerprint(l.Recipe!)}"));

    /// <summary>Of the language's folder, and of the programs that it requires as an update replaces them.</summary>
    private static string Fingerprint(LanguageRecipe recipe)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(string.Join('\0', recipe.Cache!.Fill)));
        foreach (var file in Directory.GetFiles(recipe.Folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(Path.GetRelativePath(recipe.Folder, file) + '\0'));
            hash.AppendData(File.ReadAllBytes(file));
        }
        foreach (var program in recipe.Requires.Select(path => new FileInfo(path)).Select(file => file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{program.FullName} {(program.Exists ? program.Length : 0)} {program.LastWriteTimeUtc.Ticks}\0"));
        }
        return Convert.ToHexString(hash.GetHashAndReset().AsSpan(0, 6)).ToLowerInvariant();
    }
}
