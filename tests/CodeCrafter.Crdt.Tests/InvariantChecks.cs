using CodeCrafter.Crdt.Structs;
using CodeCrafter.Crdt.Types;

namespace CodeCrafter.Crdt.Tests;

/// <summary>What always holds inside a document.</summary>
internal static class InvariantChecks
{
    public static void Check(Doc doc)
    {
        foreach (var structs in doc.Store.Clients)
        {
            CheckStructs(structs);
        }

        foreach (var name in doc.RootNames)
        {
            CheckBranch(doc.Root(name));
        }
    }

    private static void CheckStructs(ClientStructs structs)
    {
        var position = structs.First;
        long clock = 0;
        do
        {
            var item = structs[position];
            Assert.Equal(clock, item.Clock);
            Assert.True(item.Length > 0);
            Assert.Equal(position, structs.Find(item.Clock));
            Assert.Equal(position, structs.Find(item.End - 1));
            clock = item.End;
            if (item is Item { Content: not DeletedContent and var content })
            {
                Assert.Equal(item.Length, content.Length);
            }
        }
        while (structs.MoveNext(ref position));

        Assert.Equal(structs.State, clock);
    }

    private static void CheckBranch(Branch branch)
    {
        long length = 0;
        Item? left = null;
        for (var item = branch.Start; item is not null; item = item.Right)
        {
            Assert.Same(left, item.Left);
            Assert.Same(branch, item.Parent);
            for (var i = 0; branch.Index is not null && i < item.VisibleLength; i++)
            {
                Assert.Equal((item, (long)i), branch.Index.Find(length + i));
            }

            length += item.VisibleLength;
            CheckNested(item);
            left = item;
        }

        Assert.Equal(branch.Length, length);
        Assert.True(branch.Placements?.IndexOf(null)?.IsConsistent(branch.Start!) ?? true);
        foreach (var key in branch.Keys)
        {
            CheckHistory(branch, key);
        }
    }

    private static void CheckHistory(Branch branch, string key)
    {
        Item? left = null;
        for (var item = branch.FirstOf(key); item is not null; item = item.Right)
        {
            Assert.Same(left, item.Left);
            Assert.Same(branch, item.Parent);
            Assert.Equal(key, item.ParentSub);

            // A value of several units, as strangers can give a key, may have been cut.
            var store = branch.Doc.Store;
            var isCut = item.End < store.StateOf(item.Client)
                && store.Find(new Id(item.Client, item.End)) is Item next && next.Origin == item.LastId;
            Assert.True(isCut || item.Deleted == item.Right is not null);
            left = item;
        }

        Assert.Same(left, branch.LastOf(key));
        CheckNested(left!);
    }

    private static void CheckNested(Item item)
    {
        if (item is { Deleted: false, Content: TypeContent type })
        {
            CheckBranch(type.Branch);
        }
    }
}
