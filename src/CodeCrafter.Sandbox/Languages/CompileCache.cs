using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CodeCrafter.Sandbox.Steps;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Logging;

namespace CodeCrafter.Sandbox.Languages;

/// <summary>
/// What compilers made, in files, by the content of all that went into it. A sandbox in which a program has run is never asked, and
/// an entry is found only by exactly the files it was made of: so nobody can put anything into another's program.
/// Who compiles can learn by the clock that somebody has compiled the very same files lately, and nothing else.
/// </summary>
internal sealed class CompileCache : IDisposable
{
    private readonly MemoryCache? _entries;
    private readonly string _directory;
    private readonly TimeSpan _keptFor;
    private readonly ILogger _logger;
    private long _lastFile;

    /// <param name="directory">Where the files are; emptied now, made where it is missing. Nobody else may read it.</param>
    /// <param name="maxBytes">What it may hold; 0 is no cache.</param>
    /// <param name="keptFor">How long an entry may be used: a program may have the time of its compilation in it.</param>
    /// <param name="logger">For what could not be kept.</param>
    public CompileCache(string directory, long maxBytes, TimeSpan keptFor, ILogger logger)
    {
        _logger = logger;
        _directory = directory;
        if (Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _entries = maxBytes > 0 ? new MemoryCache(new MemoryCacheOptions { SizeLimit = maxBytes }) : null;
        _keptFor = keptFor;
    }

    /// <summary>What a compilation is found by: toolchain, command, environment and every file.</summary>
    public static string Key(RunRequest request, StepCommand command, string output)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, request.Language.Id, request.Language.Version ?? "", output);
        Append(hash, [.. command.Arguments]);
        Append(hash, [.. command.Environment]);
        foreach (var file in CommandExpander.Files(request).OrderBy(file => file.Path, StringComparer.Ordinal))
        {
            Append(hash, file.Path, file.Content);
        }
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    /// <summary>A compilation of the same; null where there is none.</summary>
    public (StepResult Compile, Artifact Artifact)? Find(string key)
    {
        if (_entries?.Get<Entry>(key) is not { } entry)
        {
            return null;
        }
        try
        {
            return (entry.Compile, Read(entry.Path));
        }
        catch (FileNotFoundException)
        {
            // It was too old, or too much, in this moment.
            return null;
        }
    }

    /// <summary>Keeps a compilation that went well, if there is room on the disk.</summary>
    public void Add(string key, StepResult compile, Artifact artifact)
    {
        if (_entries is null)
        {
            return;
        }
        var path = Path.Combine(_directory, Interlocked.Increment(ref _lastFile).ToString(CultureInfo.InvariantCulture));
        try
        {
            Write(path, artifact);
        }
        catch (IOException e)
        {
            // The program runs all the same.
            _logger.LogWarning(e, "A compiled program could not be kept");
            File.Delete(path);
            return;
        }
        var options = new MemoryCacheEntryOptions
        {
            Size = artifact.Bytes + (2L * (compile.Stdout.Length + compile.Stderr.Length)) + 1024,
            AbsoluteExpirationRelativeToNow = _keptFor,
        };
        // Also called at once, where there is no room for it.
        _entries.Set(key, new Entry(compile, path), options.RegisterPostEvictionCallback((_, _, _, _) => File.Delete(path)));
    }

    /// <summary>Nobody looks anything up any more; the files go too.</summary>
    public void Dispose()
    {
        _entries?.Dispose();
        // Those of a server that was killed go at the next start.
        if (Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }
    }

    private static void Write(string path, Artifact artifact)
    {
        using var writer = new BinaryWriter(File.Create(path));
        writer.Write(artifact.Files.Count);
        foreach (var file in artifact.Files)
        {
            writer.Write(file.Path);
            writer.Write(file.IsExecutable);
            writer.Write(file.Content.Length);
            writer.Write(file.Content.Span);
        }
    }

    private static Artifact Read(string path)
    {
        using var reader = new BinaryReader(File.OpenRead(path));
        return new Artifact([.. Enumerable.Range(0, reader.ReadInt32())
            .Select(_ => new ArtifactFile(reader.ReadString(), reader.ReadBoolean(), reader.ReadBytes(reader.ReadInt32())))]);
    }

    // Lengths go in too: no two lists of texts have the same bytes.
    private static void Append(IncrementalHash hash, params string[] texts)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, texts.Length);
        hash.AppendData(length);
        foreach (var text in texts)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }
    }

    private sealed record Entry(StepResult Compile, string Path);
}
