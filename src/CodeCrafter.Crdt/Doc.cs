using System.Security.Cryptography;
using CodeCrafter.Crdt.Structs;
using CodeCrafter.Crdt.Types;
using CodeCrafter.Crdt.Undo;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt;

/// <summary>
/// A shared document, compatible with Yjs 13: replicas that have applied the same updates, in any order and any number
/// of times, have the same content. A document is used by one thread at a time.
/// </summary>
public sealed class Doc
{
    // Instead of a depth: nothing can be changed now.
    private const int Capturing = -2;

    private readonly Dictionary<string, Branch> _roots = [];
    private readonly StructStore _store = new();
    private readonly Deletions _deletions = new();
    private readonly Inbox _inbox;
    private readonly Transaction _transaction;
    private readonly bool _collectsGarbage;
    private Transaction? _cleanup;
    private int _observers;
    private readonly Emissions _emissions = new();
    private int _depth;

    /// <summary>Makes an empty document.</summary>
    /// <param name="clientId">
    /// Names this replica in what it makes; no two replicas may ever use the same. At most 2^53 - 1. A random number of
    /// 32 bits by default, as in Yjs.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The id is too large.</exception>
    public Doc(ulong? clientId = null) : this(new DocOptions { ClientId = clientId })
    {
    }

    /// <summary>Makes an empty document.</summary>
    /// <exception cref="ArgumentNullException">There are no options.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The client id is too large.</exception>
    public Doc(DocOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.ClientId ?? 0, WireReader.MaxInteger, "clientId");
        ClientId = options.ClientId ?? NewClientId();
        _collectsGarbage = options.CollectsGarbage;
        _inbox = new Inbox(_store);
        _transaction = new Transaction(_store);
    }

    /// <summary>
    /// Raised after each transaction that changed something, with a V1 update that holds the change, and the origin
    /// that was given. Changes of applied updates are included. The document may be changed by a handler: that change
    /// is announced after this one. What a handler throws comes out of the call that changed the document, after all handlers
    /// have heard of the change, which stays.
    /// </summary>
    public event Action<byte[], object?>? UpdateEmitted
    {
        add => _emissions.UpdateEmitted += value;
        remove => _emissions.UpdateEmitted -= value;
    }

    /// <summary>Raised after each transaction that changed types which were there before; after <see cref="UpdateEmitted"/>.</summary>
    public event Action<DocChange>? Changed
    {
        add => _emissions.Changed += value;
        remove => _emissions.Changed -= value;
    }

    /// <summary>
    /// Names this replica. It changes when an applied update shows that another replica uses the same; who makes changes and
    /// applies updates in one transaction is taken for such a one too, as in Yjs.
    /// </summary>
    /// <remarks>
    /// No event tells of it: read it again after an update was applied, wherever it has been copied to. An
    /// <see cref="Sync.Awareness"/> keeps the one that it was made with; its remarks say how to go on.
    /// </remarks>
    public ulong ClientId { get; private set; }

    /// <summary>Some of what was applied waits for something it depends on, and has no effect until that arrives.</summary>
    public bool HasPending => _inbox.HasPending || !_deletions.Pending.IsEmpty;

    /// <summary>The names of the roots that updates have spoken of, or that have been asked for.</summary>
    public IReadOnlyCollection<string> RootNames => _roots.Keys;

    internal StructStore Store => _store;

    /// <summary>How often something moved so far for what waits for its cause.</summary>
    internal long PendingMoves => _inbox.Moves + _deletions.Pending.Moves;

    /// <summary>Counts what has changed the document, what is changing it included.</summary>
    internal long Version { get; private set; }

    /// <summary>The text at the root of this name; made if there is none.</summary>
    /// <exception cref="ArgumentNullException">There is no name.</exception>
    /// <exception cref="InvalidOperationException">The root is of another kind.</exception>
    public YText GetText(string name) => (YText)Root(name).FacadeAs(TypeKind.Text);

    /// <summary>The map at the root of this name; made if there is none.</summary>
    /// <exception cref="ArgumentNullException">There is no name.</exception>
    /// <exception cref="InvalidOperationException">The root is of another kind.</exception>
    public YMap GetMap(string name) => (YMap)Root(name).FacadeAs(TypeKind.Map);

    /// <summary>The array at the root of this name; made if there is none.</summary>
    /// <exception cref="ArgumentNullException">There is no name.</exception>
    /// <exception cref="InvalidOperationException">The root is of another kind.</exception>
    public YArray GetArray(string name) => (YArray)Root(name).FacadeAs(TypeKind.Array);

    /// <summary>The XML fragment at the root of this name; made if there is none.</summary>
    /// <exception cref="ArgumentNullException">There is no name.</exception>
    /// <exception cref="InvalidOperationException">The root is of another kind.</exception>
    public YXmlFragment GetXmlFragment(string name) => (YXmlFragment)Root(name).FacadeAs(TypeKind.XmlFragment);

    /// <summary>The XML element at the root of this name; made if there is none.</summary>
    /// <exception cref="ArgumentNullException">There is no name.</exception>
    /// <exception cref="InvalidOperationException">The root is of another kind.</exception>
    public YXmlElement GetXmlElement(string name) => (YXmlElement)Root(name).FacadeAs(TypeKind.XmlElement);

    /// <summary>The XML text at the root of this name; made if there is none.</summary>
    /// <exception cref="ArgumentNullException">There is no name.</exception>
    /// <exception cref="InvalidOperationException">The root is of another kind.</exception>
    public YXmlText GetXmlText(string name) => (YXmlText)Root(name).FacadeAs(TypeKind.XmlText);

    /// <summary>
    /// Makes several changes one: they are announced together, as one update. What an exception interrupts stays done.
    /// </summary>
    /// <param name="action">
    /// Changes the document. A transaction within is part of this one. So is an update that is applied within: then none of it
    /// counts as local.
    /// </param>
    /// <param name="origin">Handed on to the events; the outermost counts.</param>
    /// <exception cref="ArgumentNullException">There is no action.</exception>
    public void Transact(Action action, object? origin = null)
    {
        ArgumentNullException.ThrowIfNull(action);
        Begin(origin, isLocal: true);
        try
        {
            action();
        }
        finally
        {
            End();
        }
    }

    /// <summary>
    /// Applies a V1 update of this or any other Yjs implementation. What it depends on need not be there yet: then it
    /// is kept, has no effect, and takes effect as soon as that arrives. What is known already is passed over.
    /// </summary>
    /// <param name="update">The bytes; not kept.</param>
    /// <param name="origin">Handed on to the events; not within <see cref="Transact"/>, whose own counts.</param>
    /// <exception cref="MalformedUpdateException">
    /// The bytes are no update, or the document cannot hold so much (67 million clients, some gigabytes of text); it is
    /// as it was.
    /// </exception>
    public void ApplyUpdate(ReadOnlySpan<byte> update, object? origin = null)
    {
        var layout = UpdateDecoder.CheckSections(update);
        UpdateDecoder.MakeRoom(update, layout, _store, _inbox);
        Begin(origin, isLocal: false);
        try
        {
            var reader = SectionReader.ReadStructs(update, layout, this, _transaction, _inbox);
            _inbox.Drain(_transaction);
            _deletions.Apply(_transaction, ref reader);
            _deletions.ApplyPending(_transaction);
        }
        finally
        {
            End();
        }
    }

    /// <summary>Applies a V2 update, as <see cref="ApplyUpdate"/> does a V1 update.</summary>
    /// <param name="update">The bytes; not kept.</param>
    /// <param name="origin">Handed on to the events.</param>
    /// <param name="maxBytes">
    /// The most bytes that the update may have as V1; by default 8 MiB and 64 times its size, of which a document can
    /// take some hundred megabytes: <see cref="Update.ConvertV2ToV1"/>.
    /// </param>
    /// <exception cref="MalformedUpdateException">The bytes are no V2 update, or say too much; the document is as it was.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The cap is negative.</exception>
    public void ApplyUpdateV2(ReadOnlySpan<byte> update, object? origin = null, long? maxBytes = null) =>
        ApplyUpdate(Update.ConvertV2ToV1(update, maxBytes), origin);

    /// <summary>
    /// Whether all of an update is in the document: applying it would change nothing. False also where parts of it
    /// wait for their cause.
    /// </summary>
    /// <exception cref="MalformedUpdateException">The bytes are no update.</exception>
    public bool Contains(ReadOnlySpan<byte> update)
    {
        UpdateDecoder.Check(update);
        var reader = new UpdateReader(update, isChecked: true);
        var isKnown = true;
        while (reader.MoveNext())
        {
            isKnown &= reader.IsSkip || reader.End <= _store.StateOf(reader.Client);
        }

        return isKnown && Deletions.AreApplied(_store, Deletions.Read(ref reader));
    }

    /// <summary>How much the document has of each client, encoded: what another replica needs to know to send the rest.</summary>
    public byte[] EncodeStateVector()
    {
        var writer = new WireWriter();
        UpdateWriter.WriteStateVector(writer, _store);
        return writer.ToArray();
    }

    /// <summary>
    /// Encodes as a V1 update all that a replica with this state lacks, and all deletions. What waits for its cause is
    /// included, as in Yjs.
    /// </summary>
    /// <param name="stateVector">From <see cref="EncodeStateVector"/> of that replica; empty for everything.</param>
    /// <exception cref="MalformedUpdateException">The bytes are no state vector.</exception>
    public byte[] EncodeStateAsUpdate(ReadOnlySpan<byte> stateVector = default)
    {
        var state = UpdateDecoder.ReadStateVector(stateVector);
        using var writer = WireWriter.Rent(state.Count == 0 ? _store.EstimateLength() : 256);
        UpdateWriter.WriteState(writer, _store, _inbox, _deletions.Pending, state);
        return writer.ToArray();
    }

    /// <summary>Encodes as a V2 update what <see cref="EncodeStateAsUpdate"/> encodes as a V1 update.</summary>
    /// <param name="stateVector">From <see cref="EncodeStateVector"/> of the other replica; empty for everything.</param>
    /// <exception cref="MalformedUpdateException">The bytes are no state vector.</exception>
    public byte[] EncodeStateAsUpdateV2(ReadOnlySpan<byte> stateVector = default) =>
        Update.ConvertV1ToV2(EncodeStateAsUpdate(stateVector));

    /// <summary>
    /// The state now, in a few bytes: it holds no content, but says which is there. With a document that does not
    /// collect garbage the state can be restored from it later.
    /// </summary>
    public Snapshot Snapshot() =>
        new(UpdateWriter.AllDeletes(_store), _store.AllStructs.ToDictionary(structs => structs.Client, structs => structs.State));

    /// <summary>A new document in a past state of another, which stays as it is.</summary>
    /// <param name="origin">The document that was in that state. It must not collect garbage.</param>
    /// <param name="snapshot">The state.</param>
    /// <param name="options">Of the new document.</param>
    /// <exception cref="ArgumentNullException">There is no document, or no snapshot.</exception>
    /// <exception cref="InvalidOperationException">
    /// The document collects garbage, or another that collected it has sent updates: what was deleted is gone.
    /// </exception>
    /// <exception cref="ArgumentException">The document has never been in that state, or not got there yet.</exception>
    public static Doc CreateFromSnapshot(Doc origin, Snapshot snapshot, DocOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(origin);
        ArgumentNullException.ThrowIfNull(snapshot);
        if (origin._collectsGarbage)
        {
            throw new InvalidOperationException("The document collects garbage: what was deleted cannot be restored.");
        }

        var writer = new WireWriter();
        SnapshotWriter.WriteUpdate(writer, origin._store, snapshot);
        var doc = new Doc(options ?? new DocOptions());
        doc.ApplyUpdate(writer.Written);
        return doc;
    }

    internal Branch? FindRoot(string name) => _roots.GetValueOrDefault(name);

    internal Branch Root(string name)
    {
        name = ValidText.Of(name);
        if (!_roots.TryGetValue(name, out var root))
        {
            _roots.Add(name, root = new Branch(this, name));
        }

        return root;
    }

    internal Transaction Begin(object? origin = null, bool isLocal = true)
    {
        if (_depth == 0)
        {
            _emissions.KeepPaths();
            _transaction.Begin(origin, isLocal);
            Version++;
        }
        else if (_depth < 0)
        {
            _depth--;
            throw new InvalidOperationException("The document cannot be changed while it is decided whether a change can be undone.");
        }
        else if (!isLocal)
        {
            _transaction.TakeFromOutside();
        }

        _depth++;
        return _transaction;
    }

    internal void End()
    {
        if (--_depth > 0)
        {
            return;
        }

        try
        {
            if (_transaction.HasChanges)
            {
                Conclude();
            }
            else
            {
                _store.Undo?.CollectReleased(_transaction);
                Cleanup.JoinWhatWasCut(_transaction);
                Version--;
            }
        }
        finally
        {
            _transaction.Clear();
        }

        _emissions.Emit();
    }

    /// <summary>Something is being changed, or what was changed is not at its end yet.</summary>
    internal bool IsInTransaction => _depth != 0;

    internal UndoRecords MakeUndoRecords() => _store.Undo ??= new UndoRecords(_store, _collectsGarbage);

    /// <summary>Calls handlers, as soon as the document is at rest.</summary>
    internal void Announce(TransactionEvents? events)
    {
        if (events is not null)
        {
            _emissions.Add(events);
        }

        if (_depth == 0)
        {
            _emissions.Emit();
        }
    }

    internal void CountObservers(int change)
    {
        _observers += change;
        _transaction.Observe(_observers > 0);
    }

    private static ulong NewClientId() => (ulong)RandomNumberGenerator.GetInt32(int.MaxValue) << 1 | (uint)RandomNumberGenerator.GetInt32(2);

    private void Conclude()
    {
        var events = _observers > 0 ? TransactionEvents.Of(_transaction) : null;
        Capture(_transaction, ref events);
        if (!_transaction.IsLocal && _transaction.TouchesFormatting && _transaction.Changed.Any(TidiesUp))
        {
            CleanUpFormatting(events);
            return;
        }

        Cleanup.Run(_transaction, _collectsGarbage);
        Finish(_transaction, events);
    }

    // As in Yjs the formatting is cleaned up by a transaction of its own, before the garbage of the first is collected.
    private void CleanUpFormatting(TransactionEvents? events)
    {
        _cleanup ??= new Transaction(_store);
        _cleanup.Observe(_observers > 0);
        _cleanup.Begin(origin: null, isLocal: true);
        try
        {
            FormattingCleanup.Run(_transaction, _cleanup);
            var eventsOfCleanup = _observers > 0 ? TransactionEvents.Of(_cleanup) : null;
            Cleanup.Run(_transaction, _collectsGarbage);
            Finish(_transaction, events);
            if (_cleanup.HasChanges)
            {
                Capture(_cleanup, ref eventsOfCleanup);
                Cleanup.Run(_cleanup, _collectsGarbage);
                Finish(_cleanup, eventsOfCleanup);
            }
        }
        finally
        {
            _cleanup.Clear();
        }
    }

    private void Capture(Transaction transaction, ref TransactionEvents? events)
    {
        if (_store.Undo is not { } undo)
        {
            return;
        }

        _depth = Capturing;
        try
        {
            undo.Capture(transaction, ref events);
        }
        finally
        {
            _depth = 0;
        }
    }

    private static bool TidiesUp(Branch branch) => branch is { HasFormatting: true, Kind: TypeKind.Text or TypeKind.XmlText };

    private void Finish(Transaction transaction, TransactionEvents? events)
    {
        foreach (var (structs, _) in transaction.Touched)
        {
            _inbox.NoteAdvance(structs.Client);
            if (!transaction.IsLocal && structs.Client == ClientId)
            {
                ClientId = NewClientId();
            }
        }

        _emissions.Add(transaction, events);
    }
}
