using System.Text.Json.Nodes;

namespace CodeCrafter.Crdt.Tests.Interop;

/// <summary>A Node process that holds real Yjs documents, each known by a number. See interop/peer.mjs.</summary>
public sealed class YjsPeer() : NodePeer("peer.mjs")
{
    public void Create(int doc, ulong clientId, bool gc = true) => Ask(new { operation = "create", doc, clientId, gc });

    /// <summary>Makes random edits and returns the updates of them.</summary>
    public byte[][] Edit(int doc, int seed, int count) =>
        Updates(Ask(new { operation = "edit", doc, seed, count }));

    /// <summary>Edits the formatted text at random. Each step with the updates it emitted and the delta afterwards.</summary>
    public JsonArray TextScript(int doc, int seed, int count) =>
        Ask(new { operation = "textScript", doc, seed, count })["steps"]!.AsArray();

    /// <summary>Performs steps of a script as one transaction and returns the updates that were emitted.</summary>
    public byte[][] TextSteps(int doc, string steps) => Updates(Ask(new { operation = "textSteps", doc, steps }));

    /// <summary>
    /// Edits the formatted text, applies updates and edits it again in one transaction of the origin "outer": the steps before
    /// and after, what was heard of it, and whether the document has another client id now.
    /// </summary>
    public JsonNode Nested(int doc, int seed, int before, IEnumerable<byte[]> updates, int after) =>
        Ask(new { operation = "nested", doc, seed, before, updates = updates.Select(Convert.ToBase64String), after });

    /// <summary>Applies updates and returns the ones that the document emits in turn.</summary>
    public byte[][] Apply(int doc, params IEnumerable<byte[]> updates) =>
        Updates(Ask(new { operation = "apply", doc, updates = updates.Select(Convert.ToBase64String) }));

    /// <summary>Observes the roots deeply.</summary>
    public void Observe(int doc) => Ask(new { operation = "observe", doc });

    /// <summary>The events since the last time this was asked.</summary>
    public JsonArray Heard(int doc) => JsonNode.Parse(Ask(new { operation = "heard", doc })["heard"]!.GetValue<string>())!.AsArray();

    public byte[] Snapshot(int doc, bool isV2 = false) => Bytes(Ask(new { operation = "snapshot", doc, isV2 }), "snapshot");

    /// <summary>The content, and the state vector, of a document that is restored from a snapshot.</summary>
    public (string Content, byte[] Vector) Restore(int doc, byte[] snapshot)
    {
        var answer = Ask(new { operation = "restore", doc, snapshot = Convert.ToBase64String(snapshot) });
        return (answer["content"]!.GetValue<string>(), Bytes(answer, "vector"));
    }

    /// <summary>The formatted text at a snapshot, with what has changed since another.</summary>
    public string DeltaAt(int doc, byte[] snapshot, byte[]? previous) => Ask(new
    {
        operation = "deltaAt",
        doc,
        snapshot = Convert.ToBase64String(snapshot),
        previous = previous is null ? null : Convert.ToBase64String(previous),
    })["content"]!.GetValue<string>();

    /// <summary>A relative position in the text, as bytes and JSON.</summary>
    public (byte[] Bytes, string Json) Position(int doc, int index, int association)
    {
        var answer = Ask(new { operation = "position", doc, index, association });
        return (Bytes(answer, "bytes"), answer["json"]!.GetValue<string>());
    }

    /// <summary>The index of a relative position; -1 if there is none.</summary>
    public int Resolve(int doc, byte[] position) =>
        Ask(new { operation = "resolve", doc, position = Convert.ToBase64String(position) })["index"]!.GetValue<int>();

    /// <summary>Makes an UndoManager for types of a document, which is told by its number.</summary>
    /// <param name="doc">The document.</param>
    /// <param name="scope">The paths of the types.</param>
    /// <param name="timeout">In milliseconds.</param>
    /// <param name="origins">Those that are tracked.</param>
    /// <param name="ignoreRemoteMapChanges">As in Yjs.</param>
    /// <param name="keeps">No item with this value is deleted by an undo.</param>
    public void CreateUndoManager(int doc, string[][] scope, int timeout, string?[] origins, bool ignoreRemoteMapChanges, double? keeps) =>
        Ask(new { operation = "undoCreate", doc, scope, timeout, origins, ignoreRemoteMapChanges, keeps });

    /// <summary>Calls the UndoManager; the answer says what came of it.</summary>
    public JsonNode CallUndoManager(int doc, string name) => Ask(new { operation = "undoCall", doc, name });

    /// <summary>Makes edits as one transaction of a document with an UndoManager.</summary>
    public JsonNode EditTold(int doc, JsonArray steps, string? origin) => Ask(new { operation = "undoEdit", doc, steps, origin });

    /// <summary>Applies an update to a document with an UndoManager.</summary>
    public JsonNode ApplyWithOrigin(int doc, byte[] update, string? origin) =>
        Ask(new { operation = "undoApply", doc, update = Convert.ToBase64String(update), origin });

    public PeerState State(int doc) => PeerState.Of(Ask(new { operation = "state", doc }));

    public byte[] Diff(int doc, byte[] vector) =>
        Bytes(Ask(new { operation = "diff", doc, vector = Convert.ToBase64String(vector) }), "update");

    public byte[] Merge(IEnumerable<byte[]> updates) =>
        Bytes(Ask(new { operation = "merge", updates = updates.Select(Convert.ToBase64String) }), "update");

    /// <summary>Calls a function of Yjs that makes bytes of bytes, such as diffUpdate.</summary>
    public byte[] Call(string name, params byte[][] inputs) =>
        Bytes(Ask(new { operation = "bytes", name, inputs = inputs.Select(Convert.ToBase64String) }), "update");

    /// <summary>Calls a function of Yjs that makes bytes of a list of updates, such as mergeUpdates.</summary>
    public byte[] CallWithList(string name, IEnumerable<byte[]> inputs) =>
        Bytes(Ask(new { operation = "bytes", name, inputs = inputs.Select(Convert.ToBase64String), isList = true }), "update");

    public void ApplyV2(int doc, byte[] update) => Ask(new { operation = "applyV2", doc, update = Convert.ToBase64String(update) });

    public byte[] StateV2(int doc) => Bytes(Ask(new { operation = "stateV2", doc }), "update");

    /// <summary>Lets y-protocols handle a sync message and returns its answer; empty if it has none.</summary>
    public byte[] HandleSync(int doc, byte[] message) =>
        Bytes(Ask(new { operation = "syncHandle", doc, message = Convert.ToBase64String(message) }), "update");

    public byte[] SyncStep1(int doc) => Bytes(Ask(new { operation = "syncStep1", doc }), "update");

    public string Xml(int doc) => Ask(new { operation = "xml", doc })["content"]!.GetValue<string>();

    public string Deltas(int doc) => Ask(new { operation = "deltas", doc })["content"]!.GetValue<string>();

    public void CreateAwareness(int doc, ulong clientId) => Ask(new { operation = "awarenessCreate", doc, clientId });

    public byte[] SetAwareness(int doc, object? state) => Bytes(Ask(new { operation = "awarenessSet", doc, state }), "update");

    /// <summary>Applies an awareness update and returns all states as JSON, by client id.</summary>
    public JsonNode ApplyAwareness(int doc, byte[] update) =>
        JsonNode.Parse(Ask(new { operation = "awarenessApply", doc, update = Convert.ToBase64String(update) })["content"]!.GetValue<string>())!;

    /// <summary>Does steps of awareness; each with the states and clocks after it, and the events that it raised.</summary>
    public JsonArray AwarenessSteps(int doc, IEnumerable<AwarenessStep> steps) => Ask(new
    {
        operation = "awarenessSteps",
        doc,
        steps = steps.Select(step => new { update = step.Update is null ? null : Convert.ToBase64String(step.Update), remove = step.Remove, state = step.State }),
    })["steps"]!.AsArray();

    public byte[] EncodeAwareness(int doc) => Bytes(Ask(new { operation = "awarenessEncode", doc }), "update");
}

/// <summary>One of: an update that arrives, clients that are removed, or what the client that speaks shows of itself (JSON).</summary>
public sealed record AwarenessStep(byte[]? Update = null, ulong[]? Remove = null, string? State = null);
