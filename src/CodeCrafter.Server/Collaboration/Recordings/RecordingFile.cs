using System.IO.Compression;
using System.Text.Json;
using CodeCrafter.Server.Sessions;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Collaboration.Recordings;

/// <summary>The first line of a recording's file.</summary>
/// <param name="Format"><see cref="RecordingFile.Format"/>.</param>
/// <param name="Version"><see cref="RecordingFile.Version"/>.</param>
/// <param name="ExportedAt">When the file was made.</param>
/// <param name="Recording">What is in it.</param>
internal sealed record RecordingFileHeader(string Format, int Version, DateTimeOffset ExportedAt, RecordingResponse Recording);

internal sealed record RecordingFileUpdate(UpdateItem Update);

internal sealed record RecordingFileEvent(EventItem Event);

/// <summary>The last line: a file without it was cut off.</summary>
internal sealed record RecordingFileEnd(RecordingFileCounts End);

internal sealed record RecordingFileCounts(int Updates, int Events);

/// <summary>
/// A recording as one file that needs no server: lines of JSON, compressed by gzip. The first line is a
/// <see cref="RecordingFileHeader"/>; then come all updates of the document in the order of its log and all events by time,
/// each a line; the last line counts them. docs/API.md has the format for those who read it elsewhere.
/// </summary>
internal sealed class RecordingFile(RecordingReader reader, IOptions<JsonOptions> json, TimeProvider clock)
{
    public const string Format = "codecrafter-recording";
    public const int Version = 1;
    public const string ContentType = "application/gzip";
    public const string Extension = ".codecrafter.jsonl.gz";

    private static readonly byte[] _lineEnd = [(byte)'\n'];

    private readonly JsonSerializerOptions _json = json.Value.SerializerOptions;

    /// <summary>Writes the file as it is read from the storage: no more of it than a page is in memory.</summary>
    public async Task WriteAsync(Stream output, SessionMembership session, Guid readerId, CancellationToken cancellationToken)
    {
        await using var file = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true);
        var recording = await reader.DescribeAsync(session, cancellationToken);
        await WriteLineAsync(file, new RecordingFileHeader(Format, Version, clock.GetUtcNow(), recording), cancellationToken);
        var updates = await WriteUpdatesAsync(file, session.SessionId, cancellationToken);
        var events = await WriteEventsAsync(file, session, readerId, cancellationToken);
        await WriteLineAsync(file, new RecordingFileEnd(new RecordingFileCounts(updates, events)), cancellationToken);
    }

    private async Task<int> WriteUpdatesAsync(Stream file, Guid sessionId, CancellationToken cancellationToken)
    {
        var count = 0;
        for (long? after = 0; after is { } place;)
        {
            var page = await reader.UpdatesAsync(sessionId, place, RecordingReader.MaxUpdates, cancellationToken);
            foreach (var update in page.Updates)
            {
                await WriteLineAsync(file, new RecordingFileUpdate(update), cancellationToken);
            }

            (count, after) = (count + page.Updates.Count, page.NextAfter);
        }

        return count;
    }

    private async Task<int> WriteEventsAsync(Stream file, SessionMembership session, Guid readerId, CancellationToken cancellationToken)
    {
        var count = 0;
        for (EventPlace? after = EventCursor.Start; after is { } place;)
        {
            var page = await reader.EventsAsync(session, readerId, place, RecordingReader.MaxEvents, cancellationToken);
            foreach (var item in page.Events)
            {
                await WriteLineAsync(file, new RecordingFileEvent(item), cancellationToken);
            }

            (count, after) = (count + page.Events.Count, page.NextAfter is null ? null : EventCursor.Read(page.NextAfter));
        }

        return count;
    }

    private async Task WriteLineAsync<T>(Stream file, T line, CancellationToken cancellationToken)
    {
        await JsonSerializer.SerializeAsync(file, line, _json, cancellationToken);
        await file.WriteAsync(_lineEnd, cancellationToken);
    }
}
