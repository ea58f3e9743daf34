using System.IO.Compression;
using System.Text;
using CodeCrafter.Server.Sessions;

namespace CodeCrafter.Server.Collaboration.Recordings;

/// <summary>A session's files as a zip archive.</summary>
internal static class SessionArchive
{
    public const string ContentType = "application/zip";

    // The first year that a zip archive knows, and the last.
    private static readonly DateTimeOffset _earliest = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset _latest = new(2107, 12, 31, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The archive: as large as the document at most, whose size is capped.</summary>
    public static byte[] Pack(IReadOnlyList<SessionFile> files, DateTimeOffset now)
    {
        var time = now < _earliest ? _earliest : now > _latest ? _latest : now;
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true, Encoding.UTF8))
        {
            var paths = new ArchivePaths();
            foreach (var file in files)
            {
                var entry = archive.CreateEntry(paths.Add(file.Path), CompressionLevel.Fastest);
                entry.LastWriteTime = time;
                using var content = entry.Open();
                content.Write(Encoding.UTF8.GetBytes(file.Content));
            }
        }

        return bytes.ToArray();
    }
}
