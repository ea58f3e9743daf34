using CodeCrafter.Crdt.Structs;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Sync;

/// <summary>Makes the state that is kept of one that came; both are UTF-8 JSON.</summary>
/// <exception cref="MalformedUpdateException">The state is refused.</exception>
public delegate byte[] AwarenessRewriter(ReadOnlySpan<byte> state);

/// <summary>
/// Who is there, and what they show of themselves (names, cursors): the awareness protocol of y-protocols, for a relay
/// and, with a client id, for one who takes part. A state is JSON that is checked and passed on as it came; a newer
/// clock replaces an older one; a state that is not renewed runs out. Used by one thread at a time, and by no timer:
/// call <see cref="Renew"/> every few seconds.
/// </summary>
public sealed class Awareness
{
    private readonly Dictionary<ulong, Entry> _entries = new(ClientIdComparer.Instance);

    // Removed clients, oldest first: their clocks are remembered, so that a late update does not bring them back.
    private readonly Queue<(ulong Client, long Clock)> _removed = new();
    private readonly TimeProvider _time;
    private readonly AwarenessOptions _options;

    /// <summary>Makes one without states.</summary>
    /// <param name="time">Measures how old states are, by its timestamps; steps of the wall clock do not matter.</param>
    /// <param name="options">Caps; the defaults if null.</param>
    /// <param name="localClientId">
    /// The client that speaks here, mostly <see cref="Doc.ClientId"/>; null for a relay, which only passes on.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The id is beyond 2^53 - 1.</exception>
    public Awareness(TimeProvider time, AwarenessOptions? options = null, ulong? localClientId = null)
    {
        ArgumentNullException.ThrowIfNull(time);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(localClientId ?? 0, WireReader.MaxInteger, nameof(localClientId));
        _time = time;
        _options = options ?? new AwarenessOptions();
        LocalClientId = localClientId;
    }

    /// <summary>The client that speaks here; null for a relay.</summary>
    public ulong? LocalClientId { get; }

    /// <summary>How many clients have a state.</summary>
    public int Count { get; private set; }

    /// <summary>The clients that have a state; a copy.</summary>
    public IReadOnlyList<ulong> ClientIds => [.. _entries.Where(entry => entry.Value.State is not null).Select(entry => entry.Key)];

    /// <summary>Raised after states have changed, with the origin that was given.</summary>
    public event Action<AwarenessChange, object?>? Changed;

    /// <summary>The clients that an update has states or removals of, without applying it.</summary>
    /// <exception cref="MalformedUpdateException">The bytes are no awareness update.</exception>
    public static IReadOnlyList<ulong> ReadClientIds(ReadOnlySpan<byte> update)
    {
        var reader = new AwarenessReader(update);
        var clients = new List<ulong>();
        while (reader.MoveNext())
        {
            clients.Add(reader.Client);
        }

        return clients;
    }

    /// <summary>A client's state as UTF-8 JSON; empty if it has none.</summary>
    public ReadOnlyMemory<byte> GetState(ulong clientId) => _entries.TryGetValue(clientId, out var entry) ? entry.State : default;

    /// <summary>
    /// Says what the client that speaks here shows of itself. Send <see cref="Encode"/> of it to the others.
    /// </summary>
    /// <param name="state">UTF-8 JSON; null, or empty, to leave.</param>
    /// <param name="origin">Handed on to the event.</param>
    /// <exception cref="InvalidOperationException">There is no <see cref="LocalClientId"/>.</exception>
    /// <exception cref="ArgumentException">The state is no JSON, or larger than allowed.</exception>
    public AwarenessChange SetLocalState(ReadOnlySpan<byte> state, object? origin = null)
    {
        var client = LocalClientId ?? throw new InvalidOperationException("Nobody speaks here: there is no local client id.");
        CheckArgument(state);
        var isKnown = _entries.TryGetValue(client, out var entry);
        var hadState = entry.State is not null;
        var isRemoval = state.IsEmpty || AwarenessReader.IsNull(state);
        // From 1 on: y-protocols takes whom it does not know for one at 0, and passes over what is no newer.
        Keep(client, isKnown ? Next(entry.Clock) : 1, isRemoval ? null : state.ToArray());
        ulong[] one = [client];
        return Announce(
            isRemoval ? new AwarenessChange([], [], hadState ? one : [], [])
            : hadState ? new AwarenessChange([], one, [], [])
            : new AwarenessChange(one, [], [], []),
            origin);
    }

    /// <summary>
    /// Takes over the states of an update that are newer. Others cannot remove the state of the client that speaks
    /// here: its clock then moves on instead, it counts as updated, and sending it tells them that it is still there.
    /// </summary>
    /// <param name="update">Client ids, clocks and states.</param>
    /// <param name="origin">Handed on to <see cref="Changed"/>.</param>
    /// <param name="keep">What is kept and passed on in the place of a state (UTF-8 JSON); null keeps it as it came.</param>
    /// <exception cref="MalformedUpdateException">
    /// The bytes are no awareness update, or exceed a cap. Nothing has changed.
    /// </exception>
    public AwarenessChange Apply(ReadOnlySpan<byte> update, object? origin = null, AwarenessRewriter? keep = null)
    {
        Check(update);
        var kept = keep is null ? null : RewriteStates(update, keep);
        List<ulong> added = [], updated = [], removed = [], outdated = [];
        var reader = new AwarenessReader(update);
        while (reader.MoveNext())
        {
            var client = reader.Client;
            var state = kept?.Dequeue();
            _entries.TryGetValue(client, out var known);
            if (reader.Clock < known.Clock || (reader.Clock == known.Clock && !reader.IsRemoval && known.Exists))
            {
                if (known.Exists && known.State is null && !reader.IsRemoval)
                {
                    outdated.Add(client);
                }
            }
            else if (!reader.IsRemoval)
            {
                (known.State is null ? added : updated).Add(client);
                Keep(client, reader.Clock, state ?? reader.State.ToArray());
            }
            else if (known.State is not null && client == LocalClientId)
            {
                updated.Add(client);
                Keep(client, Next(reader.Clock), known.State);
            }
            else if (known.State is not null)
            {
                removed.Add(client);
                Keep(client, reader.Clock, null);
            }
            else if (known.Exists)
            {
                Keep(client, reader.Clock, null);
            }
        }

        return Announce(new AwarenessChange(added, updated, removed, outdated), origin);
    }

    /// <summary>
    /// Encodes the states of clients as an update. One without a state is encoded as removed; an unknown one is left
    /// out.
    /// </summary>
    public byte[] Encode(IEnumerable<ulong> clientIds)
    {
        ArgumentNullException.ThrowIfNull(clientIds);
        var known = clientIds.Where(_entries.ContainsKey).ToArray();
        var writer = new WireWriter();
        writer.WriteVarUint((ulong)known.Length);
        foreach (var client in known)
        {
            var entry = _entries[client];
            writer.WriteVarUint(client);
            writer.WriteClock(entry.Clock);
            writer.WriteVarBytes(entry.State ?? AwarenessReader.Null);
        }

        return writer.ToArray();
    }

    /// <summary>
    /// Removes the states of clients whose connection is gone. Their clocks move on by one, so that the removal wins
    /// over the state everywhere.
    /// </summary>
    public AwarenessChange Remove(IEnumerable<ulong> clientIds, object? origin = null)
    {
        ArgumentNullException.ThrowIfNull(clientIds);
        var removed = new List<ulong>();
        foreach (var client in clientIds)
        {
            if (_entries.TryGetValue(client, out var entry) && entry.State is not null)
            {
                Keep(client, Next(entry.Clock), null);
                removed.Add(client);
            }
        }

        return Announce(new AwarenessChange([], [], removed, []), origin);
    }

    /// <summary>
    /// Renews the state of the client that speaks here when half of its time has passed, and removes those of others
    /// that have not been renewed in time. Call it every few seconds (y-protocols: every three), and send what changed.
    /// </summary>
    public AwarenessChange Renew()
    {
        if (LocalClientId is not { } client || !_entries.TryGetValue(client, out var entry) || entry.State is null
            || _time.GetElapsedTime(entry.Updated) < _options.Timeout / 2)
        {
            return RemoveOutdated();
        }

        Keep(client, Next(entry.Clock), entry.State);
        var removed = RemoveOutdated();
        return removed with { Updated = Announce(new AwarenessChange([], [client], [], []), null).Updated };
    }

    /// <summary>
    /// Removes the states of others that have not been renewed in time, as <see cref="Remove"/> does: send what it removed to
    /// them too, so that one that slept hears of it and shows its state anew. Call it every few seconds.
    /// </summary>
    public AwarenessChange RemoveOutdated() => Remove(
        [.. _entries.Where(entry => entry.Value.State is not null && entry.Key != LocalClientId
                && _time.GetElapsedTime(entry.Value.Updated) >= _options.Timeout)
            .Select(entry => entry.Key)]);

    private static long Next(long clock) => Math.Min(clock + 1, (long)WireReader.MaxInteger);

    private void CheckArgument(ReadOnlySpan<byte> state)
    {
        try
        {
            if (!state.IsEmpty)
            {
                JsonValue.Check(state);
            }
        }
        catch (MalformedUpdateException exception)
        {
            throw new ArgumentException("A state is JSON.", nameof(state), exception);
        }

        if (state.Length > _options.MaxStateBytes)
        {
            throw new ArgumentException("The state is too large.", nameof(state));
        }
    }

    private void Check(ReadOnlySpan<byte> update)
    {
        var newcomers = new HashSet<ulong>(ClientIdComparer.Instance);
        var reader = new AwarenessReader(update);
        while (reader.MoveNext())
        {
            if (reader.State.Length > _options.MaxStateBytes)
            {
                throw new MalformedUpdateException("An awareness state is too large.");
            }

            var hasState = _entries.TryGetValue(reader.Client, out var entry) && entry.State is not null;
            if (!reader.IsRemoval && !hasState && newcomers.Add(reader.Client) && Count + newcomers.Count > _options.MaxClients)
            {
                throw new MalformedUpdateException("There are too many awareness states.");
            }
        }
    }

    // Before anything changes: a state may be refused.
    private static Queue<byte[]?> RewriteStates(ReadOnlySpan<byte> update, AwarenessRewriter keep)
    {
        var states = new Queue<byte[]?>();
        var reader = new AwarenessReader(update);
        while (reader.MoveNext())
        {
            states.Enqueue(reader.IsRemoval ? null : keep(reader.State));
        }

        return states;
    }

    private void Keep(ulong client, long clock, byte[]? state)
    {
        _entries.TryGetValue(client, out var before);
        Count += (state is null ? 0 : 1) - (before.State is null ? 0 : 1);
        _entries[client] = new Entry(clock, state, _time.GetTimestamp(), Exists: true);
        if (state is null)
        {
            _removed.Enqueue((client, clock));
        }

        while (_removed.Count > _options.MaxClients)
        {
            var (oldest, itsClock) = _removed.Dequeue();
            if (_entries.TryGetValue(oldest, out var entry) && entry.State is null && entry.Clock == itsClock)
            {
                _entries.Remove(oldest);
            }
        }
    }

    private AwarenessChange Announce(AwarenessChange change, object? origin)
    {
        if (!change.IsEmpty)
        {
            Changed?.Invoke(change, origin);
        }

        return change;
    }

    private readonly record struct Entry(long Clock, byte[]? State, long Updated, bool Exists);
}
