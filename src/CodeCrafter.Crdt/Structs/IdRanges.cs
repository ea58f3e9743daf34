namespace CodeCrafter.Crdt.Structs;

/// <summary>Stretches of one client's clock: sorted, and neither overlapping nor touching.</summary>
internal sealed class IdRanges
{
    private const int MaxKept = 64;

    private readonly List<(long Start, long End)> _ranges = [];

    public int Count => _ranges.Count;

    public (long Start, long End) this[int index] => _ranges[index];

    /// <summary>Adds a stretch wherever it belongs: cheap at the end, a binary search and a shift elsewhere.</summary>
    public void Add(long start, long end)
    {
        if (start >= end)
        {
            return;
        }

        // The first range that touches the new one, or lies behind it.
        var from = _ranges.Count > 0 && _ranges[^1].End < start ? _ranges.Count : FirstEndingAtOrAfter(start);
        var to = from;
        while (to < _ranges.Count && _ranges[to].Start <= end)
        {
            start = Math.Min(start, _ranges[to].Start);
            end = Math.Max(end, _ranges[to].End);
            to++;
        }

        if (to == from)
        {
            _ranges.Insert(from, (start, end));
            return;
        }

        _ranges[from] = (start, end);
        _ranges.RemoveRange(from + 1, to - from - 1);
    }

    /// <summary>Takes a stretch out, as far as it is there.</summary>
    public void Remove(long start, long end)
    {
        var from = FirstEndingAtOrAfter(start + 1);
        var to = from;
        while (to < _ranges.Count && _ranges[to].Start < end)
        {
            to++;
        }

        if (start >= end || to == from)
        {
            return;
        }

        var (first, last) = (_ranges[from].Start, _ranges[to - 1].End);
        _ranges.RemoveRange(from, to - from);
        if (end < last)
        {
            _ranges.Insert(from, (end, last));
        }

        if (first < start)
        {
            _ranges.Insert(from, (first, start));
        }
    }

    /// <summary>Adds a stretch at the end, wherever it belongs. Before anything else is done: <see cref="Sort"/>.</summary>
    public void Append(long start, long end)
    {
        if (_ranges.Count > 0 && _ranges[^1].End == start)
        {
            _ranges[^1] = (_ranges[^1].Start, end);
        }
        else
        {
            _ranges.Add((start, end));
        }
    }

    /// <summary>Puts in order what has been appended.</summary>
    public void Sort()
    {
        if (IsSorted())
        {
            return;
        }

        _ranges.Sort();
        var last = 0;
        for (var i = 1; i < _ranges.Count; i++)
        {
            var (start, end) = _ranges[i];
            if (start <= _ranges[last].End)
            {
                _ranges[last] = (_ranges[last].Start, Math.Max(_ranges[last].End, end));
            }
            else
            {
                _ranges[++last] = (start, end);
            }
        }

        _ranges.RemoveRange(last + 1, _ranges.Count - last - 1);
    }

    private bool IsSorted()
    {
        for (var i = 1; i < _ranges.Count; i++)
        {
            if (_ranges[i].Start <= _ranges[i - 1].End)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Forgets all, and keeps the memory if it is little.</summary>
    /// <returns>Whether the memory is little.</returns>
    public bool TryReset()
    {
        _ranges.Clear();
        return _ranges.Capacity <= MaxKept;
    }

    /// <summary>Whether a stretch holds a clock.</summary>
    public bool Contains(long clock)
    {
        var index = FirstEndingAtOrAfter(clock + 1);
        return index < _ranges.Count && _ranges[index].Start <= clock;
    }

    /// <summary>The next clock at which a stretch begins or ends.</summary>
    public long NextBoundary(long clock)
    {
        var index = FirstEndingAtOrAfter(clock + 1);
        return index == _ranges.Count ? long.MaxValue
            : _ranges[index].Start > clock ? _ranges[index].Start
            : _ranges[index].End;
    }

    private int FirstEndingAtOrAfter(long clock)
    {
        int low = 0, high = _ranges.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_ranges[middle].End < clock)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}

/// <summary>What is deleted: stretches of the clocks of several clients.</summary>
internal sealed class DeleteSet
{
    private const int MaxKept = 64;

    private Dictionary<ulong, IdRanges> _clients = new(ClientIdComparer.Instance);
    private IdRanges? _spare;

    public bool IsEmpty => _clients.Count == 0;

    public int ClientCount => _clients.Count;

    /// <summary>As a dictionary, since its enumerator takes no memory.</summary>
    public Dictionary<ulong, IdRanges> Clients => _clients;

    /// <summary>The clients, highest first: the order in which Yjs writes them.</summary>
    public IEnumerable<KeyValuePair<ulong, IdRanges>> ClientsDescending => _clients.OrderByDescending(entry => entry.Key);

    public IdRanges? this[ulong client] => _clients.GetValueOrDefault(client);

    public void Add(ulong client, long start, long end)
    {
        if (start < end)
        {
            Of(client).Add(start, end);
        }
    }

    /// <summary>Whether it holds a unit.</summary>
    public bool Contains(Id unit) => _clients.TryGetValue(unit.Client, out var ranges) && ranges.Contains(unit.Clock);

    /// <summary>Adds all of another set, which is in order.</summary>
    public void AddAll(DeleteSet other)
    {
        foreach (var (client, ranges) in other._clients)
        {
            for (var i = 0; i < ranges.Count; i++)
            {
                Add(client, ranges[i].Start, ranges[i].End);
            }
        }
    }

    /// <summary>Takes all of another set out.</summary>
    public void RemoveAll(DeleteSet other)
    {
        foreach (var (client, ranges) in other._clients)
        {
            for (var i = 0; _clients.TryGetValue(client, out var own) && i < ranges.Count; i++)
            {
                own.Remove(ranges[i].Start, ranges[i].End);
            }
        }
    }

    /// <summary>Adds a stretch as one of many in any order. Before anything else is done: <see cref="Sort"/>.</summary>
    public void Append(ulong client, long start, long end)
    {
        if (start < end)
        {
            Of(client).Append(start, end);
        }
    }

    /// <summary>Puts in order what has been appended.</summary>
    public void Sort()
    {
        foreach (var ranges in _clients.Values)
        {
            ranges.Sort();
        }
    }

    public void Remove(ulong client) => _clients.Remove(client);

    /// <summary>Forgets all. What one client needed is kept for the next time, since most sets are of one client.</summary>
    public void Clear()
    {
        if (_clients.Count == 0)
        {
            return;
        }

        foreach (var ranges in _clients.Values)
        {
            _spare = ranges.TryReset() ? ranges : null;
            break;
        }

        if (_clients.Capacity > MaxKept)
        {
            _clients = new(ClientIdComparer.Instance);
        }

        _clients.Clear();
    }

    /// <summary>The stretches of a client, to be added to.</summary>
    public IdRanges Of(ulong client)
    {
        if (!_clients.TryGetValue(client, out var ranges))
        {
            _clients.Add(client, ranges = _spare ?? new IdRanges());
            _spare = null;
        }

        return ranges;
    }
}
