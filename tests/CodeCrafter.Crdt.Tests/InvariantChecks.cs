using CodeCrafter.Crdt.Structs;
using CodeCrafter.Crdt.Types;

namespace CodeCrafter.Crdt.Tests;

/// <summary>What always holds inside a document.</summary>
internal static class InvariantChecks
{
    public static void Check(Doc doc)
    {
        long text = 0;
        foreach (var structs in doc.Store.AllStructs)
        {
            text += CheckStructs(doc.Store, structs);
        }

        Assert.Equal(text, doc.Store.Text.Live);
        foreach (var name in doc.RootNames)
        {
            CheckBranch(doc.Root(name));
        }
    }

    /// <summary>How many units of text the structs of a client hold.</summary>
    private static long CheckStructs(StructStore store, ClientStructs structs)
    {
        var position = structs.First;
        long clock = 0;
        long text = 0;
        do
        {
            var item = new Item(store, structs[position]);
            Assert.Equal(clock, item.Clock);
            Assert.True(item.Length > 0);
            Assert.Equal(position, structs.Find(item.Clock));
            Assert.Equal(position, structs.Find(item.End - 1));
            clock = item.End;
            text += item.IsText ? item.Length : 0;
            if (item.Content is { } content)
            {
                Assert.Equal(item.Length, content.Length);
            }
        }
        while (structs.MoveNext(ref position));

        Assert.Equal(structs.State, clock);
        return text;
    }

    private static void CheckBranch(Branch branch)
    {
        long length = 0;
        Item? left = null;
        for (var next = branch.Start; next is { } item; next = item.Right)
        {
            Assert.Equal(left, item.Left);
            Assert.Same(branch, item.Parent);
            for (var i = 0; branch.Index is not null && i < item.VisibleLength; i++)
            {
                Assert.Equal((item.Row, (long)i), branch.Index.Find(length + i));
            }

            length += item.VisibleLength;
            CheckNested(item);
            left = item;
        }

        Assert.Equal(branch.Length, length);
        Assert.True(branch.Placements?.IndexOf(null)?.IsConsistent(branch.Start!.Value) ?? true);
        foreach (var key in branch.Keys)
        {
            CheckHistory(branch, key);
        }
    }

    private static void CheckHistory(Branch branch, string key)
    {
        Item? left = null;
        for (var next = branch.FirstOf(key); next is { } item; next = item.Right)
        {
            Assert.Equal(left, item.Left);
            Assert.Same(branch, item.Parent);
            Assert.Equal(key, item.ParentSub);

            // A value of several units, as strangers can give a key, may have been cut.
            var store = branch.Doc.Store;
            var isCut = item.End < store.StateOf(item.Client)
                && store.Find(new Id(item.Client, item.End)).Origin == item.LastId;
            Assert.True(isCut || item.Deleted == item.Right is not null);
            left = item;
        }

        Assert.Equal(left, branch.LastOf(key));
        CheckNested(left!.Value);
    }

    private static void CheckNested(Item item)
    {
        if (item is { Deleted: false, Content: TypeContent type })
        {
            CheckBranch(type.Branch);
        }
    }
}
