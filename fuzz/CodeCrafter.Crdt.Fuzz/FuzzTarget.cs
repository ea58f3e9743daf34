using System.Text;
using CodeCrafter.Crdt.Sync;

namespace CodeCrafter.Crdt.Fuzz;

/// <summary>
/// Gives bytes to one part of the library and checks what always holds: they are taken, or refused with
/// <see cref="MalformedUpdateException"/> and without a trace. Everything else is a finding.
/// </summary>
public static class FuzzTarget
{
    public static IReadOnlyDictionary<string, Action<byte[]>> All { get; } = new Dictionary<string, Action<byte[]>>
    {
        ["update"] = Update,
        ["update-v2"] = UpdateV2,
        ["state-vector"] = StateVector,
        ["merge"] = Merge,
        ["sync"] = Sync,
        ["awareness"] = ApplyAwareness,
        ["merge-v2"] = MergeV2,
        ["rich"] = Rich,
        ["snapshot"] = ReadSnapshot,
        ["position"] = Position,
    };

    // What V2 may say here: more only takes time.
    private const long MaxV2 = 1 << 20;

    /// <summary>Several updates as one input of "merge": each after its length in two bytes.</summary>
    public static byte[] Join(params IEnumerable<byte[]> updates) =>
        [.. updates.SelectMany(update => (byte[])[(byte)update.Length, (byte)(update.Length >> 8), .. update])];

    private static void Update(byte[] bytes)
    {
        var doc = Sample();
        if (Takes(doc, () => doc.ApplyUpdate(bytes)))
        {
            Expect(doc.HasPending || doc.Contains(bytes), "what was applied is in the document");
            ExpectSound(doc);
        }
    }

    private static void UpdateV2(byte[] bytes)
    {
        var doc = Sample();
        if (Takes(doc, () => doc.ApplyUpdateV2(bytes, maxBytes: MaxV2)))
        {
            ExpectSound(doc);
            var v1 = Crdt.Update.ConvertV2ToV1(bytes, MaxV2);
            var again = Crdt.Update.ConvertV1ToV2(v1);
            ExpectEqual(again, Crdt.Update.ConvertV1ToV2(Crdt.Update.ConvertV2ToV1(again, long.MaxValue)), "a second conversion");
        }
    }

    private static void StateVector(byte[] bytes)
    {
        var doc = Sample();
        IReadOnlyDictionary<ulong, long>? vector = null;
        if (!Takes(doc, () => vector = Crdt.Update.DecodeStateVector(bytes)))
        {
            return;
        }

        var state = doc.EncodeStateAsUpdate();
        var difference = doc.EncodeStateAsUpdate(bytes);
        Crdt.Update.Validate(difference);
        Crdt.Update.Validate(Crdt.Update.DiffUpdate(state, bytes));
        var again = Crdt.Update.EncodeStateVector(vector!);
        ExpectEqual(difference, doc.EncodeStateAsUpdate(again), "the difference to the same state");
    }

    private static void Merge(byte[] bytes)
    {
        var updates = Split(bytes);
        var doc = Sample();
        byte[]? merged = null;
        if (!Takes(doc, () => merged = Crdt.Update.MergeUpdates(updates)))
        {
            return;
        }

        Crdt.Update.Validate(merged);
        var vector = Crdt.Update.EncodeStateVectorFromUpdate(merged);
        Crdt.Update.Validate(Crdt.Update.DiffUpdate(merged, vector));
        Crdt.Update.Validate(Crdt.Update.MergeUpdates(merged!, merged!));
        doc.ApplyUpdate(merged);
        ExpectSound(doc);
        foreach (var update in updates)
        {
            doc.ApplyUpdate(update);
        }

        ExpectSound(doc);
    }

    private static void MergeV2(byte[] bytes)
    {
        var updates = Split(bytes);
        var doc = Sample();
        byte[]? merged = null;
        if (!Takes(doc, () => merged = Crdt.Update.MergeUpdatesV2(updates, MaxV2)))
        {
            return;
        }

        var v1 = Crdt.Update.ConvertV2ToV1(merged, long.MaxValue);
        var vector = Crdt.Update.EncodeStateVectorFromUpdateV2(merged, long.MaxValue);
        ExpectEqual(Crdt.Update.EncodeStateVectorFromUpdate(v1), vector, "the state vector of V1");
        var half = Crdt.Update.EncodeStateVector(Crdt.Update.DecodeStateVector(vector).ToDictionary(entry => entry.Key, entry => entry.Value / 2));
        foreach (var known in new[] { vector, half, [] })
        {
            var difference = Crdt.Update.DiffUpdateV2(merged, known, long.MaxValue);
            ExpectEqual(Crdt.Update.ConvertV1ToV2(Crdt.Update.DiffUpdate(v1, known)), difference, "the difference of V1");
            Crdt.Update.ConvertV2ToV1(difference, long.MaxValue);
        }

        doc.ApplyUpdateV2(merged, maxBytes: long.MaxValue);
        foreach (var update in updates)
        {
            doc.ApplyUpdateV2(update, maxBytes: MaxV2);
        }

        ExpectSound(doc);
    }

    private static void Rich(byte[] bytes)
    {
        var rich = new RichDocument();
        foreach (var update in Split(bytes))
        {
            Takes(rich.Doc, () => rich.Doc.ApplyUpdate(update));
            rich.Read();
        }

        ExpectSound(rich.Doc);
        rich.Read();
    }

    private static void ReadSnapshot(byte[] bytes)
    {
        foreach (var isV2 in new[] { false, true })
        {
            Snapshot? snapshot = null;
            if (!Takes(null, () => snapshot = isV2 ? Snapshot.DecodeV2(bytes) : Snapshot.Decode(bytes)))
            {
                continue;
            }

            Expect(snapshot!.Equals(Snapshot.Decode(snapshot.Encode())) && snapshot.Equals(Snapshot.DecodeV2(snapshot.EncodeV2())), "a snapshot that was written");
            var doc = new RichDocument(collectsGarbage: false).Doc;
            var state = doc.EncodeStateAsUpdate();
            snapshot.Contains(state);
            var (text, now) = (doc.GetText("text"), doc.Snapshot());
            Expect(text.ToString(now) == text.ToString(), "the text at a snapshot of now");
            text.ToDelta(snapshot);
            text.ToDelta(now, snapshot);
            try
            {
                ExpectSound(Doc.CreateFromSnapshot(doc, snapshot));
            }
            catch (ArgumentException)
            {
                // The document has never been in that state.
            }

            ExpectEqual(state, doc.EncodeStateAsUpdate(), "a document that a snapshot is compared with");
        }
    }

    // As bytes and as JSON.
    private static void Position(byte[] bytes)
    {
        var doc = new RichDocument().Doc;
        foreach (var read in new Func<RelativePosition>[] { () => RelativePosition.Decode(bytes), () => RelativePosition.FromJson(Encoding.UTF8.GetString(bytes)) })
        {
            RelativePosition? position = null;
            if (!Takes(null, () => position = read()))
            {
                continue;
            }

            Expect(position == RelativePosition.Decode(position!.Encode()), "a position that was written");
            Expect(RelativePosition.FromJson(position.ToJson()).ToJson() == position.ToJson(), "a position as JSON");
            if (position.Resolve(doc) is { } place and { Type: not YMap })
            {
                Expect(place.Index >= 0, "an index");
                RelativePosition.FromIndex(place.Type, place.Index);
            }
        }
    }

    private static void Sync(byte[] bytes)
    {
        var doc = Sample();
        Takes(doc, () =>
        {
            var message = SyncProtocol.Read(bytes);
            switch (message)
            {
                case { Type: SyncMessageType.Sync, Step: SyncStep.Step1 }:
                    doc.EncodeStateAsUpdate(message.Payload);
                    break;
                case { Type: SyncMessageType.Sync }:
                    Update(message.Payload.ToArray());
                    break;
                case { Type: SyncMessageType.Awareness }:
                    ApplyAwareness(message.Payload.ToArray());
                    break;
            }
        });
    }

    private static void ApplyAwareness(byte[] bytes)
    {
        var awareness = new Awareness(TimeProvider.System, new AwarenessOptions { MaxClients = 20, MaxStateBytes = 100 });
        awareness.Apply([1, 7, 1, 2, (byte)'{', (byte)'}']);
        AwarenessChange? change = null;
        if (!Takes(null, () => change = awareness.Apply(bytes)))
        {
            Expect(awareness.ClientIds is [7], "what is refused changes nothing");
            return;
        }

        Expect(awareness.Count == awareness.ClientIds.Count && awareness.Count <= 20, "the number of clients");
        var clients = Awareness.ReadClientIds(bytes);
        Expect(change!.Added.Concat(change.Updated).Concat(change.Removed).All(clients.Contains), "only clients of the update change");
        new Awareness(TimeProvider.System).Apply(awareness.Encode(clients));
    }

    // False if the bytes are refused: then the document is as it was.
    private static bool Takes(Doc? doc, Action action)
    {
        var before = doc?.EncodeStateAsUpdate();
        try
        {
            action();
            return true;
        }
        catch (MalformedUpdateException)
        {
            ExpectEqual(before, doc?.EncodeStateAsUpdate(), "what is refused changes nothing");
            return false;
        }
    }

    private static void ExpectSound(Doc doc)
    {
        var state = doc.EncodeStateAsUpdate();
        var copy = new Doc(2);
        copy.ApplyUpdate(state);
        ExpectNoLess(copy, doc);
        var second = new Doc(2);
        second.ApplyUpdateV2(Crdt.Update.ConvertV1ToV2(state));
        ExpectEqual(copy.EncodeStateAsUpdate(), second.EncodeStateAsUpdate(), "a copy by V2");
        doc.GetText("text").Insert(doc.GetText("text").Length, "!");
        if (doc.GetText("text").Length > 1)
        {
            doc.GetText("text").Format(0, doc.GetText("text").Length / 2, new Dictionary<string, object?> { ["bold"] = true });
            doc.GetText("text").ToDelta();
            doc.GetText("text").Delete(0, 1);
        }
    }

    // Part of a struct may be known and the rest wait for the parent. Written without the known part, as Yjs writes it,
    // it waits for nothing any more: then a copy has more.
    private static void ExpectNoLess(Doc copy, Doc doc)
    {
        var known = Crdt.Update.DecodeStateVector(copy.EncodeStateVector());
        foreach (var (client, clock) in Crdt.Update.DecodeStateVector(doc.EncodeStateVector()))
        {
            Expect(known.GetValueOrDefault(client) >= clock, "the state vector of a copy");
        }

        if (!doc.HasPending)
        {
            ExpectEqual(doc.EncodeStateVector(), copy.EncodeStateVector(), "the state vector of a copy");
            Expect(!copy.HasPending, "nothing waits in a copy");

            // The order can differ: an item whose right origin lies before its origin stands, in Yjs too, where an item
            // happens to be cut. No honest replica makes such.
            Expect(doc.GetText("text").Length == copy.GetText("text").Length, "the length of a copy's text");
        }
    }

    private static byte[][] Split(byte[] bytes)
    {
        var updates = new List<byte[]>();
        for (var at = 0; at + 2 <= bytes.Length;)
        {
            var length = Math.Min(bytes[at] | (bytes[at + 1] << 8), bytes.Length - at - 2);
            updates.Add(bytes[(at + 2)..(at + 2 + length)]);
            at += 2 + length;
        }

        return [.. updates];
    }

    private static Doc Sample()
    {
        var doc = new Doc(1);
        doc.GetText("text").Insert(0, "some text");
        doc.GetMap("map").Set("key", new YArray());
        doc.GetText("text").Observe(change => _ = change.Delta);
        doc.GetMap("map").ObserveDeep(changes => _ = changes.Sum(change => change.Path.Count + change.Keys.Count));
        return doc;
    }

    private static void ExpectEqual(byte[]? expected, byte[]? actual, string what) =>
        Expect((expected ?? []).AsSpan().SequenceEqual(actual), what);

    private static void Expect(bool condition, string what)
    {
        if (!condition)
        {
            throw new InvalidOperationException($"Not as expected: {what}.");
        }
    }
}
