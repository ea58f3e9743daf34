using System.Text;
using CodeCrafter.Crdt;
using CodeCrafter.Crdt.Sync;

// Not in a namespace of the library: the examples have to do with the usings that the README shows.
namespace ReadmeExamples;

/// <summary>The examples of the library's README, line by line, and what they do.</summary>
public sealed class ReadmeExampleTests
{
    private delegate void Receiver(ReadOnlySpan<byte> frame);

    [Fact]
    public void Replicas_come_together()
    {
        var alice = new Doc();
        var bob = new Doc();
        alice.UpdateEmitted += (update, _) => bob.ApplyUpdate(update, origin: alice);
        bob.UpdateEmitted += (update, origin) =>
        {
            if (origin != alice) alice.ApplyUpdate(update, origin: bob);
        };

        alice.GetMap("files").Set("main.py", new YText("print('hello')\n"));
        var text = bob.GetMap("files").GetText("main.py")!;
        text.Insert(7, "Hello, and ");

        // A replica that was away asks for what it lacks by its state vector.
        var carol = new Doc();
        carol.ApplyUpdate(bob.EncodeStateAsUpdate(carol.EncodeStateVector()));
        Console.WriteLine(carol.GetMap("files").GetText("main.py"));

        Assert.Equal("print('Hello, and hello')\n", carol.GetMap("files").GetText("main.py")!.ToString());
        Assert.Equal(alice.EncodeStateAsUpdate(), carol.EncodeStateAsUpdate());
    }

    [Fact]
    public void A_change_is_observed()
    {
        var doc = new Doc();
        var text = doc.GetText("text");
        text.Insert(0, "Hello");

        var seen = new List<string>();
        var observing = text.Observe(change => seen.AddRange(change.Delta.Select(step => $"{step.Action} {step.Value ?? step.Length}")));
        text.Insert(5, ", world");
        observing.Dispose();
        text.Delete(0, 7); // Nobody observes any more.
        Console.WriteLine(string.Join("; ", seen)); // Retain 5; Insert , world

        Assert.Equal("Retain 5; Insert , world", string.Join("; ", seen));
    }

    [Fact]
    public void Two_sides_of_a_socket_come_together()
    {
        var docs = new[] { new Doc(1), new Doc(2) };
        var awareness = docs.Select(doc => new Awareness(TimeProvider.System, localClientId: doc.ClientId)).ToArray();
        var frames = new[] { new Queue<byte[]>(), new Queue<byte[]>() };
        docs[0].GetText("text").Insert(0, "before");
        awareness[0].SetLocalState("1"u8);
        var receivers = docs.Select((doc, i) => Connect(doc, awareness[i], new object(), frames[1 - i].Enqueue)).ToArray();

        docs[1].GetText("text").Insert(0, "after, ");
        awareness[1].SetLocalState("2"u8);
        frames[0].Enqueue(SyncProtocol.WriteQueryAwareness());
        while (frames[0].Count + frames[1].Count > 0)
        {
            var side = frames[0].Count > 0 ? 0 : 1;
            receivers[side](frames[side].Dequeue());
        }

        Assert.Equal("before".Length + "after, ".Length, docs[0].GetText("text").Length);
        Assert.Equal(docs[0].EncodeStateAsUpdate(), docs[1].EncodeStateAsUpdate());
        Assert.Equal("2"u8, awareness[0].GetState(2).Span);
        Assert.Equal("1"u8, awareness[1].GetState(1).Span);
    }

    private static Receiver Connect(Doc doc, Awareness awareness, object socket, Action<byte[]> send)
    {
        doc.UpdateEmitted += (update, origin) =>
        {
            if (origin != socket) send(SyncProtocol.WriteUpdate(update));
        };
        awareness.Updated += (change, origin) =>
        {
            if (origin != socket) send(SyncProtocol.WriteAwareness(awareness.Encode(change.Changed)));
        };
        send(SyncProtocol.WriteStep1(doc.EncodeStateVector()));
        send(SyncProtocol.WriteAwareness(awareness.Encode(awareness.ClientIds)));

        void Receive(ReadOnlySpan<byte> frame)
        {
            var message = SyncProtocol.Read(frame);
            switch (message.Type)
            {
                case SyncMessageType.Sync:
                    if (SyncProtocol.Handle(doc, message, origin: socket) is { } answer) send(answer);
                    break;
                case SyncMessageType.Awareness:
                    awareness.Apply(message.Payload, origin: socket);
                    break;
                case SyncMessageType.QueryAwareness:
                    send(SyncProtocol.WriteAwareness(awareness.Encode(awareness.ClientIds)));
                    break;
            }
        }

        return Receive;
    }

    [Fact]
    public void One_who_takes_part_is_seen_by_a_relay()
    {
        var doc = new Doc();
        var here = new Awareness(TimeProvider.System, localClientId: doc.ClientId);
        here.SetLocalState("""{"user":{"name":"Alice"},"cursor":5}"""u8);

        var relay = new Awareness(TimeProvider.System);
        relay.Apply(here.Encode(here.ClientIds));
        Console.WriteLine(Encoding.UTF8.GetString(relay.GetState(doc.ClientId).Span));
        relay.Remove([doc.ClientId]);

        Assert.Equal("""{"user":{"name":"Alice"},"cursor":5}"""u8, here.GetState(doc.ClientId).Span);
        Assert.Equal(0, relay.Count);
    }

    [Fact]
    public void A_step_is_undone_and_the_cursor_with_it()
    {
        var doc = new Doc();
        var (text, editor, cursor) = (doc.GetText("text"), new object(), 0);
        using var undo = new UndoManager(text, new UndoManagerOptions { TrackedOrigins = [editor] });
        undo.StackItemAdded += added => added.Item.Meta["cursor"] = RelativePosition.FromIndex(text, cursor);
        undo.StackItemPopped += popped => cursor = ((RelativePosition)popped.Item.Meta["cursor"]!).Resolve(doc)?.Index ?? 0;

        doc.Transact(() => text.Insert(0, "Hello"), origin: editor);
        undo.StopCapturing();
        doc.Transact(() => text.Delete(0, 2), origin: editor);

        undo.Undo();
        Console.WriteLine($"{text}, and the cursor at {cursor}"); // Hello, and the cursor at 2

        Assert.Equal("Hello, and the cursor at 2", $"{text}, and the cursor at {cursor}");
    }

    [Fact]
    public void XML_reads_as_it_says()
    {
        var doc = new Doc();
        var paragraph = new YXmlElement("p");
        paragraph.SetAttribute("class", "first");
        paragraph.Add(new YXmlText("Hello"), new YXmlElement("br"));
        doc.GetXmlFragment("xml").Add(paragraph);
        ((YXmlText)paragraph.Get(0)!).Format(0, 1, new Dictionary<string, object?> { ["b"] = true });
        Console.WriteLine(doc.GetXmlFragment("xml")); // <p class="first"><b>H</b>ello<br></br></p>

        Assert.Equal("""<p class="first"><b>H</b>ello<br></br></p>""", doc.GetXmlFragment("xml").ToString());
    }

    [Fact]
    public void A_past_state_is_told_and_restored()
    {
        var keeping = new Doc(new DocOptions { CollectsGarbage = false });
        var text = keeping.GetText("text");
        text.Insert(0, "one two");
        var bytes = keeping.Snapshot().Encode();
        text.Delete(0, 4);

        var snapshot = Snapshot.Decode(bytes);
        Console.WriteLine($"{text}, and before: {text.ToString(snapshot)}");
        var restored = Doc.CreateFromSnapshot(keeping, snapshot);

        Assert.Equal("two, one two, one two", $"{text}, {text.ToString(snapshot)}, {restored.GetText("text")}");
    }
}
