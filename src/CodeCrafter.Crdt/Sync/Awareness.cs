using System.Text.Unicode;
using CodeCrafter.Crdt.Structs;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Sync;

/// <summary>
/// Makes the state that is kept of one that came; both are UTF-8 JSON. Null, or JSON's null, keeps none: it is as if the
/// removal of the client had come in the place of its state, as with modifyAwarenessUpdate of y-protocols. What is
/// returned is checked as what comes from outside is, and must not be changed afterwards.
/// </summary>
/// <exception cref="MalformedUpdateException">The whole update is refused.</exception>
public delegate byte[]? AwarenessRewriter(ReadOnlySpan<byte> state);

/// <summary>
/// Who is there, and what they show of themselves (names, cursors): the awareness protocol of y-protocols, for a relay
/// and, with a client id, for one who takes part. A state is JSON that is checked and passed on as it came; a newer
/// clock replaces an older one; a state that is not renewed runs out. Used by one thread at a time, and by no timer:
/// call <see cref="Renew"/> every few seconds.
/// </summary>
/// <remarks>
/// The same updates leave the same states and clocks as in y-protocols 1.0.7, except that removed clients are remembered
/// up to a number (<see cref="AwarenessOptions.MaxClients"/>): a state that is older than a forgotten removal comes back until
/// it runs out. What has changed is told by what it means: who comes back after a removal is added (there: updated), and
/// the client that speaks here, which another has tried to remove, is updated (there: removed).
/// <para>
/// <see cref="LocalClientId"/> stays what it was, also where <see cref="Doc.ClientId"/> changes since another replica uses the same: both
/// would go on to speak under one id here, and hide each other. Where the two differ after an update was applied, leave
/// (<see cref="SetLocalState"/> of null, and send that), make another awareness with the new id, <see cref="Apply"/> to it what
/// <see cref="Encode"/> of the old one gives for its <see cref="ClientIds"/>, listen to its events instead, and show the state there. If the
/// other replica is there its awareness answers the removal by showing itself again.
/// </para>
/// </remarks>
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
    /// <exception cref="ArgumentNullException">There is no clock.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The id is beyond 2^53 - 1.</exception>
    public Awareness(TimeProvider time, AwarenessOptions? options = null, ulong? localClientId = null)
    {
        ArgumentNullException.ThrowIfNull(time);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(localClientId ?? 0, WireReader.MaxInteger, nameof(localClientId));
        _time = time;
        _options = options ?? new AwarenessOptions();
        LocalClientId = localClientId;
    }

    /// <summary>The client that speaks here; null for a relay. It does not follow <see cref="Doc.ClientId"/>.</summary>
    public ulong? LocalClientId { get; }

    /// <summary>How many clients have a state.</summary>
    public int Count { get; private set; }

    /// <summary>The clients that have a state; a copy.</summary>
    public IReadOnlyList<ulong> ClientIds => [.. _entries.Where(entry => entry.Value.State is not null).Select(entry => entry.Key)];

    /// <summary>
    /// Raised where there is something new to show, with the origin that was given: what is updated has a state that differs
    /// from the one before. The event "change" of y-protocols.
    /// </summary>
    public event Action<AwarenessChange, object?>? Changed;

    /// <summary>
    /// Raised after <see cref="Changed"/>, and also where a state has only been renewed, so that it does not run out: what
    /// others need to hear of. The event "update" of y-protocols.
    /// </summary>
    public event Action<AwarenessChange, object?>? Updated;

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
    /// <exception cref="ArgumentException">The state is no JSON in UTF-8, or larger than allowed.</exception>
    public AwarenessChange SetLocalState(ReadOnlySpan<byte> state, object? origin = null)
    {
        var client = LocalClientId ?? throw new InvalidOperationException("Nobody speaks here: there is no local client id.");
        CheckArgument(state);
        _entries.TryGetValue(client, out var before);
        var kept = state.IsEmpty || AwarenessReader.IsNull(state) ? null : state.ToArray();
        // From 1 on: whoever does not know it takes it for one at 0, and passes over what is no newer.
        Keep(client, Next(before.Clock), kept);
        ulong[] one = [client];
        if (kept is null)
        {
            return Announce(new AwarenessChange([], [], before.Exists ? one : [], []), [], origin);
        }

        return before.State is null
            ? Announce(new AwarenessChange(one, [], [], []), [], origin)
            : Announce(new AwarenessChange([], one, [], []), Differs(before.State, kept) ? one : [], origin);
    }

    /// <summary>
    /// Takes over the states of an update that are newer. Others cannot remove the state of the client that speaks
    /// here: its clock then moves on instead, it counts as updated, and sending it tells them that it is still there.
    /// </summary>
    /// <param name="update">Client ids, clocks and states.</param>
    /// <param name="origin">Handed on to the events.</param>
    /// <param name="keep">What is kept and passed on in the place of a state; null keeps it as it came.</param>
    /// <exception cref="MalformedUpdateException">
    /// The bytes are no awareness update, or exceed a cap, or what is to be kept is no JSON or too large. Nothing has changed.
    /// </exception>
    public AwarenessChange Apply(ReadOnlySpan<byte> update, object? origin = null, AwarenessRewriter? keep = null)
    {
        Check(update);
        var rewritten = keep is null ? null : RewriteStates(update, keep);
        List<ulong> added = [], updated = [], removed = [], outdated = [], differing = [];
        var reader = new AwarenessReader(update);
        while (reader.MoveNext())
        {
            var client = reader.Client;
            var state = rewritten is not null ? rewritten.Dequeue() : reader.IsRemoval ? null : reader.State.ToArray();
            _entries.TryGetValue(client, out var known);
            if (!IsNews(known, reader.Clock, isRemoval: state is null))
            {
                if (known.Exists && known.State is null && state is not null)
                {
                    outdated.Add(client);
                }
            }
            else if (state is not null)
            {
                (known.State is null ? added : updated).Add(client);
                if (known.State is not null && Differs(known.State, state))
                {
                    differing.Add(client);
                }

                Keep(client, reader.Clock, state);
            }
            else if (known.State is not null && client == LocalClientId)
            {
                updated.Add(client);
                Keep(client, Next(reader.Clock), known.State);
            }
            else
            {
                if (known.Exists)
                {
                    removed.Add(client);
                }

                Keep(client, reader.Clock, null);
            }
        }

        return Announce(new AwarenessChange(added, updated, removed, outdated), differing, origin);
    }

    /// <summary>
    /// Encodes the states of clients as an update. One without a state is encoded as removed; an unknown one is left
    /// out.
    /// </summary>
    /// <exception cref="ArgumentNullException">There are no ids.</exception>
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
    /// Removes the states of clients whose connection is gone. Their clocks stay, since a removal wins over a state of the
    /// same clock everywhere; that of the client that speaks here moves on.
    /// </summary>
    /// <exception cref="ArgumentNullException">There are no ids.</exception>
    public AwarenessChange Remove(IEnumerable<ulong> clientIds, object? origin = null)
    {
        ArgumentNullException.ThrowIfNull(clientIds);
        var removed = new List<ulong>();
        foreach (var client in clientIds)
        {
            if (_entries.TryGetValue(client, out var entry) && entry.State is not null)
            {
                Keep(client, client == LocalClientId ? Next(entry.Clock) : entry.Clock, null);
                removed.Add(client);
            }
        }

        return Announce(new AwarenessChange([], [], removed, []), [], origin);
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
        return removed with { Updated = Announce(new AwarenessChange([], [client], [], []), [], null).Updated };
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

    // Whoever is unknown is at 0, as in y-protocols: what says 0 of them is no news.
    private static bool IsNews(in Entry known, long clock, bool isRemoval) =>
        clock > known.Clock || (clock == known.Clock && isRemoval && known.State is not null);

    // Looked for only while somebody listens: both states are parsed for it.
    private bool Differs(byte[] before, byte[] state) => Changed is not null && !JsonValue.AreEqual(before, state);

    private void CheckArgument(ReadOnlySpan<byte> state)
    {
        try
        {
            if (!state.IsEmpty)
            {
                CheckState(state);
            }
        }
        catch (MalformedUpdateException exception)
        {
            throw new ArgumentException(exception.Message, nameof(state), exception);
        }
    }

    private void CheckState(ReadOnlySpan<byte> state)
    {
        if (state.Length > _options.MaxStateBytes)
        {
            throw new MalformedUpdateException("An awareness state is too large.");
        }

        if (!Utf8.IsValid(state))
        {
            throw new MalformedUpdateException("An awareness state is no UTF-8.");
        }

        JsonValue.Check(state);
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

            _entries.TryGetValue(reader.Client, out var known);
            var isNewcomer = known.State is null && !reader.IsRemoval && IsNews(known, reader.Clock, isRemoval: false);
            if (isNewcomer && newcomers.Add(reader.Client) && Count + newcomers.Count > _options.MaxClients)
            {
                throw new MalformedUpdateException("There are too many awareness states.");
            }
        }
    }

    // Before anything changes: a state may be refused.
    private Queue<byte[]?> RewriteStates(ReadOnlySpan<byte> update, AwarenessRewriter keep)
    {
        var states = new Queue<byte[]?>();
        var reader = new AwarenessReader(update);
        while (reader.MoveNext())
        {
            states.Enqueue(reader.IsRemoval ? null : Rewrite(reader.State, keep));
        }

        return states;
    }

    private byte[]? Rewrite(ReadOnlySpan<byte> state, AwarenessRewriter keep)
    {
        if (keep(state) is not { } kept)
        {
            return null;
        }

        CheckState(kept);
        return AwarenessReader.IsNull(kept) ? null : kept;
    }

    private void Keep(ulong client, long clock, byte[]? state)
    {
        _entries.TryGetValue(client, out var before);
        Count += (state is null ? 0 : 1) - (before.State is null ? 0 : 1);
        _entries[client] = new Entry(clock, state, _time.GetTimestamp(), Exists: true);
        // The one that speaks here is never forgotten: coming back it would begin at 1 again, and be passed over.
        if (state is null && client != LocalClientId)
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

    private AwarenessChange Announce(AwarenessChange change, IReadOnlyList<ulong> differing, object? origin)
    {
        if (change.IsEmpty)
        {
            return change;
        }

        try
        {
            var shown = change with { Updated = differing, Outdated = [] };
            if (!shown.IsEmpty)
            {
                Changed?.Invoke(shown, origin);
            }
        }
        finally
        {
            // The others need to hear of it, whatever a handler throws that shows it here.
            Updated?.Invoke(change, origin);
        }

        return change;
    }

    private readonly record struct Entry(long Clock, byte[]? State, long Updated, bool Exists);
}
