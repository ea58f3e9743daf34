namespace CodeCrafter.Crdt.Tests.Interop;

/// <summary>
/// A Node process that holds documents of Yjs and of ywasm, each known by a number, and edits both in the ways that
/// they handle alike. See interop/ywasm-peer.mjs.
/// </summary>
public sealed class YwasmPeer() : NodePeer("ywasm-peer.mjs")
{
    /// <summary>Forgets all documents.</summary>
    public void Start() => Ask(new { operation = "start" });

    public void Create(int doc, ulong clientId, bool isYwasm) => Ask(new { operation = "create", doc, clientId, isYwasm });

    /// <summary>Makes a random edit and returns its updates.</summary>
    public byte[][] Edit(int doc, int seed) => Updates(Ask(new { operation = "edit", doc, seed }));

    /// <summary>Applies updates and returns the ones that the document emits in turn.</summary>
    public byte[][] Apply(int doc, params IEnumerable<byte[]> updates) =>
        Updates(Ask(new { operation = "apply", doc, updates = updates.Select(Convert.ToBase64String) }));

    public byte[] Vector(int doc) => Bytes(Ask(new { operation = "vector", doc }), "vector");

    public PeerState State(int doc) => PeerState.Of(Ask(new { operation = "state", doc }));

    /// <summary>Which of what ywasm is known to do otherwise than Yjs (interop/ywasm-differences.mjs) it does no longer.</summary>
    public string[] DifferencesThatAreNoMore() =>
        [.. Ask(new { operation = "differences" })["same"]!.AsArray().Select(name => name!.GetValue<string>())];
}
