using System.Collections.Concurrent;

namespace CodeCrafter.Server.Collaboration.Documents;

/// <summary>A document of which edits were saved.</summary>
/// <param name="SessionId">Its session.</param>
/// <param name="Language">The language that it names now, or null.</param>
internal sealed record SavedNotice(Guid SessionId, string? Language);

/// <summary>The documents with edits that were saved since they were last asked for.</summary>
internal sealed class SavedNotices
{
    private readonly ConcurrentDictionary<Guid, SavedNotice> _notices = new();

    public void Publish(Guid sessionId, string? language) => _notices[sessionId] = new SavedNotice(sessionId, language);

    /// <summary>Each document once, however many of its edits were saved.</summary>
    public IEnumerable<SavedNotice> Take()
    {
        foreach (var sessionId in _notices.Keys)
        {
            if (_notices.TryRemove(sessionId, out var notice))
            {
                yield return notice;
            }
        }
    }
}
