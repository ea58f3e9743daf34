namespace CodeCrafter.Crdt.Structs;

/// <summary>Stretches of one client's clock: sorted, and neither overlapping nor touching.</summary>
internal sealed class IdRanges
{
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

    public void Clear() => _ranges.Clear();

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
    private readonly Dictionary<ulong, IdRanges> _clients = new(ClientIdComparer.Instance);

    public bool IsEmpty => _clients.Count == 0;

    public int ClientCount => _clients.Count;

    public IEnumerable<KeyValuePair<ulong, IdRanges>> Clients => _clients;

    /// <summary>The clients, highest first: the order in which Yjs writes them.</summary>
    public IEnumerable<KeyValuePair<ulong, IdRanges>> ClientsDescending =>
        _clients.Count == 1 ? _clients : _clients.OrderByDescending(entry => entry.Key);

    public IdRanges? this[ulong client] => _clients.GetValueOrDefault(client);

    public void Add(ulong client, long start, long end)
    {
        if (start >= end)
        {
            return;
        }

        if (!_clients.TryGetValue(client, out var ranges))
        {
            _clients.Add(client, ranges = new IdRanges());
        }

        ranges.Add(start, end);
    }

    public void Remove(ulong client) => _clients.Remove(client);

    public void Clear() => _clients.Clear();
}
