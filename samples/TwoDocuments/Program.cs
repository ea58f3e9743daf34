using CodeCrafter.Crdt;
using CodeCrafter.Crdt.Sync;

Doc alice = new(), bob = new();
alice.GetText("story").Insert(0, "Once upon a time");
bob.GetMap("about").Set("title", "A story"); // Both began alone.

// Each asks the other for what it lacks. The messages are those of y-websocket, so a browser could be either of them.
Connect(alice, bob);
Connect(bob, alice);
alice.GetText("story").Append(" there were two documents.");
bob.GetText("story").Insert(0, "«"); // An edit goes to the other at once, with its origin, so that it is not sent back.
Console.WriteLine($"{alice.GetMap("about").GetString("title")}: {bob.GetText("story")}");

static void Connect(Doc from, Doc to)
{
    byte[] answer = SyncProtocol.Handle(from, SyncProtocol.Read(SyncProtocol.WriteStep1(to.EncodeStateVector())))!;
    SyncProtocol.Handle(to, SyncProtocol.Read(answer), origin: from);
    from.UpdateEmitted += (update, origin) => { if (origin != to) to.ApplyUpdate(update, origin: from); };
}
