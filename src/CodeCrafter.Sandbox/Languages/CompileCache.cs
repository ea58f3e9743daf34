using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using CodeCrafter.Sandbox.Steps;
using Microsoft.Extensions.Caching.Memory;

namespace CodeCrafter.Sandbox.Languages;

/// <summary>
/// What compilers made, by the content of all that went into it. A sandbox in which a program has run is never asked, and
/// an entry is found only by exactly the files it was made of: so nobody can put anything into another's program.
/// Who compiles can learn by the clock that somebody has compiled the very same files lately, and nothing else.
/// </summary>
internal sealed class CompileCache : IDisposable
{
    private readonly MemoryCache? _entries;
    private readonly TimeSpan _keptFor;

    /// <param name="maxBytes">What it may hold; 0 is no cache.</param>
    /// <param name="keptFor">How long an entry may be used: a program may have the time of its compilation in it.</param>
    public CompileCache(long maxBytes, TimeSpan keptFor)
    {
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
    public (StepResult Compile, Artifact Artifact)? Find(string key) =>
        _entries?.Get<Entry>(key) is { } entry ? (entry.Compile, entry.Artifact) : null;

    /// <summary>Keeps a compilation that went well.</summary>
    public void Add(string key, StepResult compile, Artifact artifact) => _entries?.Set(
        key,
        new Entry(compile, artifact),
        new MemoryCacheEntryOptions
        {
            Size = artifact.Bytes + (2L * (compile.Stdout.Length + compile.Stderr.Length)) + 1024,
            AbsoluteExpirationRelativeToNow = _keptFor,
        });

    public void Dispose() => _entries?.Dispose();

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

    private sealed record Entry(StepResult Compile, Artifact Artifact);
}
