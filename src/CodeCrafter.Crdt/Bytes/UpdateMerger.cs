using CodeCrafter.Crdt.Structs;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Bytes;

/// <summary>
/// Makes one update of several, without a document: what comes twice is written once, and what is missing in between
/// is told as a gap. Reads all of them at the same time, each from front to back, and writes what mergeUpdates of Yjs
/// writes. Memory is that of the result and a few dozen bytes for each update.
/// </summary>
internal sealed class UpdateMerger
{
    private readonly PriorityQueue<Cursor, Turn> _queue = new();
    private readonly DeleteSet _deletes = new();
    private readonly SectionWriter _sections = new();
    private long _turns;

    // What was written last. A collected stretch is held back, since the next one may join it.
    private ulong _client;
    private long _end = -1;
    private (long Clock, long Length)? _collected;

    /// <exception cref="MalformedUpdateException">One of the updates is none.</exception>
    public static byte[] Merge(IReadOnlyList<byte[]> updates)
    {
        var merger = new UpdateMerger();
        foreach (var update in updates)
        {
            merger.Add(update);
        }

        return updates.Count == 1 ? [.. updates[0]] : merger.Merge();
    }

    // Checks all of an update, and takes its deletions.
    private void Add(byte[] update)
    {
        ArgumentNullException.ThrowIfNull(update);
        var reader = new UpdateReader(update, isChecked: false);
        var sections = new List<(ulong Client, UpdateBookmark Start)>();
        var isDescending = true;
        for (var before = reader.Bookmark; reader.MoveNext(); before = reader.Bookmark)
        {
            if (sections.Count == 0 || sections[^1].Client != reader.Client)
            {
                isDescending &= sections.Count == 0 || reader.Client < sections[^1].Client;
                sections.Add((reader.Client, before));
            }
        }

        while (reader.MoveNextDelete())
        {
            _deletes.Append(reader.Client, reader.Clock, reader.End);
        }

        // Yjs writes the highest client first, and loses some of what does not come so. Each client then stands for itself.
        foreach (var (client, start) in isDescending ? sections.Take(1) : sections)
        {
            var cursor = new Cursor(update, start, isDescending ? null : client);
            var head = new Head(cursor);
            if (head.IsThere)
            {
                _queue.Enqueue(cursor, new Turn(head.Client, head.Clock, ++_turns));
            }
        }
    }

    private byte[] Merge()
    {
        // Where two begin with the same clock Yjs goes on with the one that it was at.
        var last = 0L;
        while (_queue.TryDequeue(out var cursor, out _))
        {
            var head = new Head(cursor);
            WriteFrom(ref head);
            if (head.IsThere)
            {
                _queue.Enqueue(cursor with { Place = head.Place }, new Turn(head.Client, head.Clock, --last));
            }
        }

        Flush();
        var writer = new WireWriter();
        _sections.WriteTo(writer);
        _deletes.Sort();
        UpdateWriter.WriteDeleteSet(writer, _deletes);
        return writer.ToArray();
    }

    // Writes what there is of one client without a gap, from one update.
    private void WriteFrom(ref Head head)
    {
        var client = head.Client;
        if (_end >= 0 && client == _client)
        {
            var hasSkipped = false;
            while (head.IsThere && head.Client == client && head.End <= _end)
            {
                head.MoveNext();
                hasSkipped = true;
            }

            // Another update may have something that comes before.
            if (!head.IsThere || head.Client != client || (hasSkipped && head.Clock > _end))
            {
                return;
            }

            WriteNext(ref head);
        }
        else
        {
            Write(ref head, 0);
        }

        while (head.IsThere && head.Client == client && head.Clock == _end)
        {
            Write(ref head, 0);
        }
    }

    private void WriteNext(ref Head head)
    {
        if (head.Clock > _end)
        {
            Flush();
            StructCopy.WriteBlank(_sections.Next(_client, _end), StructInfo.Skip, head.Clock - _end);
            _end = head.Clock;
        }
        else if (head.IsCollected && _collected is { } collected)
        {
            _collected = (collected.Clock, head.End - collected.Clock);
            _end = head.End;
            return;
        }

        Write(ref head, _end - head.Clock);
    }

    private void Write(ref Head head, long offset)
    {
        Flush();
        (_client, _end) = (head.Client, head.End);
        if (head.IsCollected)
        {
            _collected = (head.Clock + offset, head.End - head.Clock - offset);
        }
        else
        {
            head.CopyTo(_sections.Next(_client, head.Clock + offset), offset);
        }

        head.MoveNext();
    }

    private void Flush()
    {
        if (_collected is { } collected)
        {
            StructCopy.WriteBlank(_sections.Next(_client, collected.Clock), StructInfo.Gc, collected.Length);
            _collected = null;
        }
    }

    /// <summary>An update, or one client's part of it, and the place up to which it has been read.</summary>
    private sealed record Cursor(byte[] Update, UpdateBookmark Place, ulong? OnlyClient);

    /// <summary>Highest client first, then by clock.</summary>
    private readonly record struct Turn(ulong Client, long Clock, long Number) : IComparable<Turn>
    {
        public int CompareTo(Turn other) =>
            Client != other.Client ? other.Client.CompareTo(Client)
            : Clock != other.Clock ? Clock.CompareTo(other.Clock)
            : Number.CompareTo(other.Number);
    }

    /// <summary>The next struct of an update that is no gap.</summary>
    private ref struct Head
    {
        private readonly ulong? _onlyClient;
        private UpdateReader _reader;

        public Head(Cursor cursor)
        {
            _reader = new UpdateReader(cursor.Update, cursor.Place);
            _onlyClient = cursor.OnlyClient;
            MoveNext();
        }

        public bool IsThere { get; private set; }

        /// <summary>Where a reader has to begin to come to it.</summary>
        public UpdateBookmark Place { get; private set; }

        public readonly ulong Client => _reader.Client;

        public readonly long Clock => _reader.Clock;

        public readonly long End => _reader.End;

        public readonly bool IsCollected => _reader.Kind == StructInfo.Gc;

        public void MoveNext()
        {
            do
            {
                Place = _reader.Bookmark;
                IsThere = _reader.MoveNext() && (_onlyClient ?? _reader.Client) == _reader.Client;
            }
            while (IsThere && _reader.IsSkip);
        }

        public readonly void CopyTo(WireWriter writer, long offset) => StructCopy.Write(writer, _reader, offset);
    }
}
