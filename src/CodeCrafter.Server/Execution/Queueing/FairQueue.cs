namespace CodeCrafter.Server.Execution.Queueing;

/// <summary>
/// A queue that takes from its owners in turn: each owner's items in their order, one of each owner before a second of
/// anybody. So whoever brings many waits behind their own, and nobody else does.
/// </summary>
/// <param name="ownerOf">Whose an item is.</param>
internal sealed class FairQueue<T>(Func<T, Guid> ownerOf) where T : class
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Line> _turns = [];
    private readonly Dictionary<Guid, LinkedListNode<Line>> _lines = [];
    // One permit for each item, and one more once the queue is closed. A removed item leaves its permit: a taker that
    // finds nothing waits again.
    private readonly SemaphoreSlim _arrivals = new(0);
    private int _takers;
    private bool _closed;

    /// <summary>Items that wait.</summary>
    public int Count { get; private set; }

    /// <summary>Puts an item at the end of its owner's line; false once the queue is closed.</summary>
    public bool TryAdd(T item)
    {
        lock (_lock)
        {
            if (_closed)
            {
                return false;
            }

            var owner = ownerOf(item);
            if (!_lines.TryGetValue(owner, out var line))
            {
                _lines[owner] = line = _turns.AddLast(new Line(owner));
            }

            line.Value.Items.AddLast(item);
            Count++;
        }

        _arrivals.Release();
        return true;
    }

    /// <summary>The next item, as soon as there is one; null once the queue is closed and empty.</summary>
    public async Task<T?> TakeAsync()
    {
        lock (_lock)
        {
            _takers++;
        }

        while (true)
        {
            await _arrivals.WaitAsync();
            lock (_lock)
            {
                if (_turns.First is { } line)
                {
                    _takers--;
                    return Take(line);
                }

                if (_closed)
                {
                    _takers--;
                    _arrivals.Release();
                    return null;
                }
            }
        }
    }

    /// <summary>Takes an item out before its turn; false where it does not wait (any more). Either this or a taker gets it.</summary>
    public bool Remove(T item)
    {
        lock (_lock)
        {
            if (!_lines.TryGetValue(ownerOf(item), out var line) || !line.Value.Items.Remove(item))
            {
                return false;
            }

            Count--;
            if (line.Value.Items.Count == 0)
            {
                Drop(line);
            }

            return true;
        }
    }

    /// <summary>
    /// The place of an item that has to wait, 1 for the next; null where it does not wait, or a taker is about to have it.
    /// </summary>
    public int? PlaceOf(T item)
    {
        lock (_lock)
        {
            if (!_lines.TryGetValue(ownerOf(item), out var own))
            {
                return null;
            }

            var round = IndexOf(own.Value.Items, item);
            return round < 0 ? null : Waiting(1 + TakenBefore(own, round));
        }
    }

    /// <summary>All items that have to wait with their places, in the order of their turns.</summary>
    public IReadOnlyList<(T Item, int Place)> Places()
    {
        lock (_lock)
        {
            var places = new List<(T, int)>(Count);
            var turn = 0;
            var fronts = _turns.Select(line => line.Items.First).ToList();
            while (fronts.Count > 0)
            {
                foreach (var front in fronts)
                {
                    if (Waiting(++turn) is { } place)
                    {
                        places.Add((front!.Value, place));
                    }
                }

                fronts = [.. fronts.Select(front => front!.Next).Where(next => next is not null)];
            }

            return places;
        }
    }

    /// <summary>Takes no more items; those that wait are still given out.</summary>
    public void Close()
    {
        lock (_lock)
        {
            if (_closed)
            {
                return;
            }

            _closed = true;
        }

        _arrivals.Release();
    }

    private T Take(LinkedListNode<Line> line)
    {
        var item = line.Value.Items.First!.Value;
        line.Value.Items.RemoveFirst();
        Count--;
        if (line.Value.Items.Count == 0)
        {
            Drop(line);
        }
        else
        {
            _turns.Remove(line);
            _turns.AddLast(line);
        }

        return item;
    }

    private void Drop(LinkedListNode<Line> line)
    {
        _turns.Remove(line);
        _lines.Remove(line.Value.Owner);
    }

    // In each round every line gives one item; in the item's own round those whose turn comes earlier.
    private int TakenBefore(LinkedListNode<Line> own, int round)
    {
        var (taken, isEarlier) = (0, true);
        foreach (var line in _turns)
        {
            isEarlier &= line != own.Value;
            taken += Math.Min(line.Items.Count, isEarlier ? round + 1 : round);
        }

        return taken;
    }

    private int? Waiting(int turn) => turn > _takers ? turn - _takers : null;

    private static int IndexOf(LinkedList<T> items, T item)
    {
        var index = 0;
        foreach (var other in items)
        {
            if (ReferenceEquals(other, item))
            {
                return index;
            }

            index++;
        }

        return -1;
    }

    private sealed class Line(Guid owner)
    {
        public Guid Owner { get; } = owner;

        public LinkedList<T> Items { get; } = [];
    }
}
