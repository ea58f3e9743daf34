namespace CodeCrafter.Crdt.Structs;

/// <summary>
/// Structs that have arrived, each client's in a queue. They are integrated as soon as what they depend on is there;
/// until then a queue sleeps, and is woken by the one struct that its head waits for, so that what waits costs nothing
/// while other updates pass.
/// </summary>
internal sealed class Inbox(StructStore store)
{
    private readonly Dictionary<ulong, Queue> _queues = new(ClientIdComparer.Instance);
    private readonly Dictionary<ulong, PriorityQueue<Queue, long>> _sleeping = new(ClientIdComparer.Instance);
    private readonly List<Queue> _awake = [];
    private readonly List<Queue> _stack = [];
    private Arrival? _next;
    private readonly HashSet<ulong> _advanced = new(ClientIdComparer.Instance);

    /// <summary>Something waits for its cause.</summary>
    public bool HasPending => _queues.Count > 0;

    /// <summary>The clients of which something waits.</summary>
    public IReadOnlyCollection<ulong> PendingClients => _queues.Keys;

    /// <summary>How many structs had to move so far for those that wait; <see cref="SortedChunks{T}.Moves"/>.</summary>
    public long Moves => _queues.Values.Sum(queue => queue.Structs.Moves);

    /// <summary>What waits of a client, in the order of the clock; stretches may overlap.</summary>
    public SortedChunks<Arrival>? PendingOf(ulong client) => _queues.GetValueOrDefault(client)?.Structs;

    /// <summary>The unit that must be there before a struct can be integrated, and is not; none if nothing lacks.</summary>
    public Id MissingFor(Arrival arrival)
    {
        var state = store.StateOf(arrival.Client);
        return arrival.Clock > state ? new Id(arrival.Client, arrival.Clock - 1)
            : IsMissing(arrival, arrival.Origin) ? arrival.Origin
            : IsMissing(arrival, arrival.RightOrigin) ? arrival.RightOrigin
            : IsMissing(arrival, arrival.ParentId) ? arrival.ParentId
            : Id.None;
    }

    /// <summary>To read the next struct into; it is used again until one has to wait.</summary>
    public Arrival Next() => _next ??= new Arrival();

    /// <summary>Keeps what <see cref="Next"/> gave until it can be integrated.</summary>
    public void Add(Arrival arrival, ReadOnlySpan<byte> content)
    {
        _next = null;
        arrival.Keep(content);
        if (!_queues.TryGetValue(arrival.Client, out var queue))
        {
            queue = new Queue(arrival.Client);
            _queues.Add(arrival.Client, queue);
        }

        queue.Add(arrival);
        Wake(queue);
    }

    /// <summary>There is more of a client in the store than before.</summary>
    public void NoteAdvance(ulong client)
    {
        if (_sleeping.Count > 0)
        {
            _advanced.Add(client);
        }
    }

    /// <summary>Integrates all that can be.</summary>
    public void Drain(Transaction transaction)
    {
        do
        {
            // Higher clients first: where two conflict the lower one is then placed without a scan.
            if (_awake.Count > 1)
            {
                _awake.Sort((a, b) => b.Client.CompareTo(a.Client));
            }

            // It may grow while it is gone through.
            for (var i = 0; i < _awake.Count; i++)
            {
                _awake[i].IsAwake = false;
                Run(transaction, _awake[i]);
            }

            _awake.Clear();
            WakeSleepers();
        }
        while (_awake.Count > 0);
    }

    // Depth first over dependencies, as in SectionReader. The stack holds each queue at most once: two queues whose heads wait for each
    // other wait for ever, as do those that wait for something that is not there.
    private void Run(Transaction transaction, Queue first)
    {
        Push(first, long.MaxValue);
        while (_stack.Count > 0)
        {
            var queue = _stack[^1];
            var state = store.StateOf(queue.Client);
            queue.Drop(state);
            if (queue.IsEmpty)
            {
                _queues.Remove(queue.Client);
                Pop();
                continue;
            }

            if (state > queue.Wanted)
            {
                Wake(queue);
                Pop();
                continue;
            }

            var head = queue.Head;
            var missing = MissingFor(head);
            if (missing.IsNone)
            {
                queue.Dequeue();
                Integration.Integrate(transaction, head, head.Content, state - head.Clock);
                NoteAdvance(queue.Client);
            }
            else if (missing.Client != queue.Client && _queues.TryGetValue(missing.Client, out var other)
                && other is { IsEmpty: false, IsOnStack: false } && !IsBlocked(other))
            {
                Push(other, missing.Clock);
            }
            else
            {
                Sleep(queue, missing);
                Pop();
            }
        }
    }

    private bool IsMissing(Arrival arrival, Id id) =>
        !id.IsNone && id.Client != arrival.Client && id.Clock >= store.StateOf(id.Client);

    private bool IsBlocked(Queue queue) =>
        !queue.WaitsFor.IsNone && queue.WaitsFor.Clock >= store.StateOf(queue.WaitsFor.Client);

    private void Push(Queue queue, long wanted)
    {
        queue.IsOnStack = true;
        queue.Wanted = wanted;
        _stack.Add(queue);
    }

    private void Pop()
    {
        _stack[^1].IsOnStack = false;
        _stack.RemoveAt(_stack.Count - 1);
    }

    private void Wake(Queue queue)
    {
        if (!queue.IsAwake)
        {
            queue.IsAwake = true;
            _awake.Add(queue);
        }
    }

    private void Sleep(Queue queue, Id waitsFor)
    {
        if (queue.WaitsFor == waitsFor)
        {
            return;
        }

        queue.WaitsFor = waitsFor;
        if (!_sleeping.TryGetValue(waitsFor.Client, out var sleepers))
        {
            _sleeping.Add(waitsFor.Client, sleepers = new PriorityQueue<Queue, long>());
        }

        sleepers.Enqueue(queue, waitsFor.Clock);
    }

    private void WakeSleepers()
    {
        foreach (var client in _advanced)
        {
            if (!_sleeping.TryGetValue(client, out var sleepers))
            {
                continue;
            }

            while (sleepers.TryPeek(out var queue, out var clock) && clock < store.StateOf(client))
            {
                sleepers.Dequeue();
                if (queue.WaitsFor == new Id(client, clock))
                {
                    queue.WaitsFor = Id.None;
                    Wake(queue);
                }
            }

            if (sleepers.Count == 0)
            {
                _sleeping.Remove(client);
            }
        }

        _advanced.Clear();
    }

    /// <summary>What has arrived of one client and is not integrated, in the order of the clock.</summary>
    private sealed class Queue(ulong client)
    {
        public ulong Client => client;

        public SortedChunks<Arrival> Structs { get; } = new();

        /// <summary>The unit that the head waits for, of this or another client.</summary>
        public Id WaitsFor = Id.None;

        /// <summary>While on the stack: the clock of the unit that the queue below lacks.</summary>
        public long Wanted;

        public bool IsOnStack, IsAwake;

        public bool IsEmpty => Structs.IsEmpty;

        public Arrival Head => Structs.First;

        public void Dequeue()
        {
            WaitsFor = Id.None;
            Structs.RemoveFirst();
        }

        /// <summary>Drops what is known by now.</summary>
        public void Drop(long state)
        {
            while (!IsEmpty && Head.End <= state)
            {
                Dequeue();
            }
        }

        public void Add(Arrival arrival)
        {
            if (IsEmpty || Structs.Last.Clock < arrival.Clock)
            {
                Structs.Append(arrival);
                return;
            }

            var position = Structs.Find(arrival.Clock);
            if (Structs[position].Clock != arrival.Clock)
            {
                Structs.Insert(position, arrival);
            }
            else if (Structs[position].Length < arrival.Length)
            {
                // More of the same: the longer one says it all.
                Structs[position] = arrival;
            }
        }
    }
}
