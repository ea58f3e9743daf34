namespace CodeCrafter.Crdt.Structs;

/// <summary>What is deleted but not here yet: stretches of the clocks of several clients, added and taken one by one.</summary>
internal sealed class PendingDeletes
{
    private readonly Dictionary<ulong, SortedChunks<Stretch>> _clients = new(ClientIdComparer.Instance);

    public bool IsEmpty => _clients.Count == 0;

    /// <summary>How many stretches had to move so far for those that are there; <see cref="SortedChunks{T}.Moves"/>.</summary>
    public long Moves => _clients.Values.Sum(stretches => stretches.Moves);

    public void Add(ulong client, long start, long end)
    {
        if (start >= end)
        {
            return;
        }

        if (!_clients.TryGetValue(client, out var stretches))
        {
            _clients.Add(client, stretches = new SortedChunks<Stretch>());
        }

        // All that it touches become one with it.
        var position = stretches.Find(start);
        while (!stretches.IsEnd(position) && stretches[position].Start <= end)
        {
            (start, end) = (Math.Min(start, stretches[position].Start), Math.Max(end, stretches[position].End));
            position = stretches.Remove(position);
        }

        stretches.Insert(position, new Stretch(start, end));
    }

    /// <summary>Takes out the first stretch of a client, up to a clock; false if none begins before it.</summary>
    public bool TryTake(ulong client, long before, out long start, out long end)
    {
        (start, end) = (0, 0);
        if (!_clients.TryGetValue(client, out var stretches) || stretches.First.Start >= before)
        {
            return false;
        }

        (start, end) = stretches.First;
        if (end > before)
        {
            stretches.First = new Stretch(before, end);
            end = before;
            return true;
        }

        stretches.RemoveFirst();
        if (stretches.IsEmpty)
        {
            _clients.Remove(client);
        }

        return true;
    }

    /// <summary>Adds all to a set, which has to be sorted then.</summary>
    public void AppendTo(DeleteSet deletes)
    {
        foreach (var (client, stretches) in _clients)
        {
            foreach (var (start, end) in stretches.Items())
            {
                deletes.Append(client, start, end);
            }
        }
    }

    private readonly record struct Stretch(long Start, long End) : IOrdered
    {
        public long Order => End;
    }
}
