namespace CodeCrafter.Crdt.Tests;

/// <summary>The worked example of INTERNALS.md is what happens.</summary>
public sealed class InternalsTests
{
    private static readonly string s_text = File.ReadAllText(Path.Combine(Repository.Root, "src", "CodeCrafter.Crdt", "INTERNALS.md"));

    [Fact]
    public void The_worked_example_is_what_happens()
    {
        var (alice, bob) = (new Doc(1), new Doc(2));
        var (fromAlice, fromBob) = (Record(alice), Record(bob));
        var (ours, theirs) = (alice.GetText("t"), bob.GetText("t"));

        ours.Insert(0, "Hey");
        AssertTold("1", fromAlice[0], ours);
        bob.ApplyUpdate(fromAlice[0], "alice");

        ours.Insert(3, " you");
        AssertTold("2", fromAlice[1], ours);
        theirs.Insert(3, "!");
        AssertTold("3", fromBob[^1], theirs);

        alice.ApplyUpdate(fromBob[^1], "bob");
        bob.ApplyUpdate(fromAlice[1], "alice");
        AssertTold("4", alice.EncodeStateVector(), ours);
        Assert.Equal(ours.ToString(), theirs.ToString());

        theirs.Delete(1, 4);
        AssertTold("5", fromBob[^1], theirs);
        alice.ApplyUpdate(fromBob[^1], "bob");
        AssertTold("6", alice.EncodeStateAsUpdate(), ours);
    }

    /// <summary>A step of the example: its number, the bytes as they are there, and the list as it is there.</summary>
    private static void AssertTold(string step, byte[] bytes, YText text)
    {
        var told = s_text.Split('\n').SkipWhile(line => !line.StartsWith($"**{step}.", StringComparison.Ordinal)).Skip(1)
            .TakeWhile(line => !line.StartsWith("**", StringComparison.Ordinal)).Select(line => line.Trim()).ToArray();
        Assert.Contains($"`{Convert.ToHexString(bytes)}`", told);
        Assert.Contains($"`{List(text)}`", told);
    }

    private static string List(YText text)
    {
        var items = new List<string>();
        for (var next = text.Branch!.Start; next is { } item; next = item.Right)
        {
            var content = item.IsText ? $"'{item}'" : new string('×', (int)item.Length);
            items.Add($"{item.Client}:{item.Clock} {content}");
        }

        return string.Join(" | ", items);
    }

    private static List<byte[]> Record(Doc doc)
    {
        var updates = new List<byte[]>();
        doc.UpdateEmitted += (update, _) => updates.Add(update);
        return updates;
    }
}
