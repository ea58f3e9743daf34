using System.Security.Cryptography;

namespace CodeCrafter.Server.Platform;

/// <summary>
/// Keys that the server makes for itself at its first start, in files that only its user may read. There is no default
/// secret to forget to change.
/// </summary>
internal sealed class Secrets(ServerOptions options)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The key of this name; made when there is none.</summary>
    public byte[] GetOrCreate(string name, int length)
    {
        var folder = Path.Combine(options.DataDirectory, "secrets");
        var path = Path.Combine(folder, name);
        if (!File.Exists(path))
        {
            Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
            Create(path, length);
        }

        var key = File.ReadAllBytes(path);
        return key.Length == length
            ? key
            : throw new InvalidOperationException($"{path} holds {key.Length} bytes instead of {length}. Restore it, or delete it to end all logins.");
    }

    // Written aside and moved into place, so that a crash leaves no half a key; the first of two servers that start
    // at once wins.
    private static void Create(string path, int length)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}";
        using (var file = new FileStream(temporary, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = OwnerOnly,
        }))
        {
            file.Write(RandomNumberGenerator.GetBytes(length));
            file.Flush(flushToDisk: true);
        }

        try
        {
            File.Move(temporary, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(temporary);
        }
    }
}
