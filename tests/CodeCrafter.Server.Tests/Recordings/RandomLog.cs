using CodeCrafter.Crdt;
using CodeCrafter.Server.Collaboration.Documents;
using CodeCrafter.Server.Collaboration.Recordings;
using CodeCrafter.Server.Sessions;

namespace CodeCrafter.Server.Tests.Recordings;

/// <summary>A log as people make it who type into one document, each seeing the others a little later.</summary>
internal sealed class RandomLog
{
    private const string File = "main.py";

    private readonly Random _random;
    private readonly UserNameResponse[] _authors;
    private readonly Doc[] _docs;
    private readonly List<byte[]>[] _unseen;
    private readonly List<LoggedUpdate> _updates = [];
    private readonly Guid _sessionId;

    private RandomLog(int seed, Guid sessionId, int authors)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"Seed {seed}");
        _random = new Random(seed);
        _sessionId = sessionId;
        _authors = [.. Enumerable.Range(1, authors).Select(number => new UserNameResponse(Guid.CreateVersion7(), $"author-{number}"))];
        _docs = [.. _authors.Select((_, index) => new Doc((ulong)(index + 1)))];
        _unseen = [.. _authors.Select(_ => new List<byte[]>())];
    }

    /// <summary>
    /// Edits of a document that has one empty file, in the order of the log, with sequences from <paramref name="after"/> on
    /// and times from <paramref name="start"/> on, so close together that several fall into one second.
    /// </summary>
    public static IReadOnlyList<LoggedUpdate> Create(
        int seed, Guid sessionId, byte[] initial, long after, DateTimeOffset start, int count, int authors = 3, int longestPause = 700)
    {
        var log = new RandomLog(seed, sessionId, authors);
        foreach (var doc in log._docs)
        {
            doc.ApplyUpdate(initial);
        }

        var at = start;
        while (log._updates.Count < count)
        {
            at += TimeSpan.FromMilliseconds(log._random.Next(longestPause));
            log.Edit(log._random.Next(authors), after, at);
        }

        return [.. log._updates.Take(count)];
    }

    /// <summary>The text of the file after all updates up to a time were applied in the order of the log.</summary>
    public static string TextAt(IEnumerable<RecordedUpdate> updates, DateTimeOffset time, byte[]? state = null)
    {
        var doc = new Doc();
        if (state is not null)
        {
            doc.ApplyUpdate(state);
        }

        foreach (var update in updates.Where(update => update.At <= time))
        {
            doc.ApplyUpdate(update.Data);
        }

        Assert.False(doc.HasPending);
        return SessionDocument.Read(doc).Files.Single(file => file.Path == File).Content;
    }

    /// <summary>The texts of the file at times, which go up, by one replay.</summary>
    public static IReadOnlyList<string> TextsAt(IReadOnlyList<RecordedUpdate> updates, IEnumerable<DateTimeOffset> times)
    {
        var (doc, next, texts) = (new Doc(), 0, new List<string>());
        foreach (var time in times)
        {
            for (; next < updates.Count && updates[next].At <= time; next++)
            {
                doc.ApplyUpdate(updates[next].Data);
            }

            Assert.False(doc.HasPending);
            texts.Add(SessionDocument.Read(doc).Files.SingleOrDefault(file => file.Path == File)?.Content ?? "");
        }

        return texts;
    }

    private void Edit(int author, long after, DateTimeOffset at)
    {
        var doc = _docs[author];
        // Now and then somebody hears what the others did, and at other times they type on without it.
        if (_random.Next(3) > 0)
        {
            _unseen[author].ForEach(update => doc.ApplyUpdate(update));
            _unseen[author].Clear();
        }

        void OnUpdate(byte[] update, object? origin)
        {
            _updates.Add(new LoggedUpdate(_sessionId, after + _updates.Count + 1, update) { Author = _authors[author], At = at });
            for (var other = 0; other < _docs.Length; other++)
            {
                if (other != author)
                {
                    _unseen[other].Add(update);
                }
            }
        }

        doc.UpdateEmitted += OnUpdate;
        var text = doc.GetMap("files").GetText(File)!;
        if (text.Length > 5 && _random.Next(4) == 0)
        {
            var start = _random.Next(text.Length - 3);
            text.Delete(start, 1 + _random.Next(3));
        }
        else
        {
            text.Insert(_random.Next(text.Length + 1), new string((char)('a' + _random.Next(26)), 1 + _random.Next(3)));
        }

        doc.UpdateEmitted -= OnUpdate;
    }
}
