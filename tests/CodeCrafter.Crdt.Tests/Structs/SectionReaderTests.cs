using CodeCrafter.Crdt.Structs;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Tests.Structs;

/// <summary>The sections of an update are read in the order in which they need each other, however they lie.</summary>
public sealed class SectionReaderTests
{
    private static readonly Id s_none = Id.None;

    private readonly Doc _doc = new(1_000_000);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Sections_may_need_each_other_as_deep_as_there_are_many(bool isDescending)
    {
        const int count = 20_000;
        var clients = Enumerable.Range(1, count).Select(client => (ulong)client).ToArray();

        // Each stands behind the one of the next lower client, which comes later where the highest comes first.
        var sections = clients.Select(client => new Section(client, 0, Text(client == 1 ? s_none : new Id(client - 1, 0), s_none, "x")));
        _doc.ApplyUpdate(Update(isDescending ? [.. sections.Reverse()] : [.. sections]));

        Assert.False(_doc.HasPending);
        Assert.Equal(count, _doc.GetText("t").Length);
        Assert.Equal(clients, Clients());
    }

    [Fact]
    public void Two_that_wait_for_each_other_and_a_third_for_one_of_them_wait_until_both_can_be()
    {
        // Each of the two begins behind what the other makes second.
        var update = Update(
            new Section(5, 0, Text(new Id(7, 1), s_none, "a"), Text(s_none, s_none, "b")),
            new Section(7, 0, Text(new Id(5, 1), s_none, "c"), Text(s_none, s_none, "d")),
            new Section(9, 0, Text(new Id(5, 0), s_none, "e")),
            new Section(3, 0, Text(s_none, s_none, "free")));
        _doc.ApplyUpdate(update);

        Assert.True(_doc.HasPending);
        Assert.Equal("free", _doc.GetText("t").ToString());
        Assert.Equal([5UL, 7, 9], Pending());

        // What another replica knows of one of them frees all.
        _doc.ApplyUpdate(Update(new Section(5, 0, Collected(2))));
        Assert.False(_doc.HasPending);
        Assert.Equal([2L, 2, 1], new ulong[] { 5, 7, 9 }.Select(_doc.Store.StateOf));
    }

    [Fact]
    public void What_is_behind_the_sections_is_read_whatever_their_order_is()
    {
        // One needs what comes later, one what nobody has, one nothing, and two are empty.
        var update = Update(
            deletes: [1, 4, 1, 0, 1],
            new Section(8, 0, Text(new Id(4, 1), s_none, "later")),
            new Section(2, 0),
            new Section(9, 0, Text(new Id(77, 0), s_none, "never")),
            new Section(4, 0, Text(s_none, s_none, "ab")),
            new Section(3, 0),
            new Section(6, 0));
        _doc.ApplyUpdate(update);

        Assert.True(_doc.HasPending);
        Assert.Equal("blater", _doc.GetText("t").ToString());
        Assert.Equal([9UL], Pending());
    }

    [Fact]
    public void While_something_waits_an_update_is_read_as_well()
    {
        _doc.ApplyUpdate(Update(new Section(6, 1, Text(new Id(6, 0), s_none, "z"))));
        Assert.True(_doc.HasPending);

        _doc.ApplyUpdate(Update(
            new Section(8, 0, Text(new Id(6, 1), s_none, "!")),
            new Section(6, 0, Text(new Id(4, 1), s_none, "y")),
            new Section(4, 0, Text(s_none, s_none, "wx"))));

        Assert.False(_doc.HasPending);
        Assert.Equal("wxyz!", _doc.GetText("t").ToString());
    }

    /// <summary>Yjs 13.6.33 makes this of the same bytes: it is read highest client first, before 'ab' has been cut.</summary>
    [Fact]
    public void The_highest_client_comes_first_where_nothing_else_decides()
    {
        _doc.ApplyUpdate(Update(new Section(5, 0, Text(s_none, s_none, "abcd"))));
        _doc.ApplyUpdate(Update(
            new Section(1, 0, Text(new Id(2, 0), new Id(5, 2), "W")),
            new Section(2, 0, Text(new Id(5, 1), new Id(5, 2), "Z")),
            new Section(9, 0, Text(new Id(5, 3), new Id(5, 1), "X"))));

        Assert.Equal("aXbZWcd", _doc.GetText("t").ToString());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100_000)]
    public void Sections_that_are_not_there_take_no_memory(int bytesBehind)
    {
        byte[] update = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, .. new byte[bytesBehind]];
        Assert.Throws<MalformedUpdateException>(() => _doc.ApplyUpdate(update));

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<MalformedUpdateException>(() => _doc.ApplyUpdate(update));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000 + (10 * bytesBehind));
    }

    [Fact]
    public void Empty_sections_take_no_room_in_the_document()
    {
        const int count = 60_000;
        var update = Update([.. Enumerable.Range(1, count).Select(client => new Section((ulong)client, 0))]);
        new Doc(1).ApplyUpdate(update);

        var doc = new Doc(1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        doc.ApplyUpdate(update);

        // Whether a client comes twice is told by a set of them, which goes away. Room for clients would be 40 bytes more for each.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 30 * count);
    }

    private IEnumerable<ulong> Clients()
    {
        for (var next = _doc.Root("t").Start; next is { } item; next = item.Right)
        {
            yield return item.Client;
        }
    }

    // What waits is part of the state, behind a gap where there is one.
    private IEnumerable<ulong> Pending()
    {
        var known = _doc.Store.AllStructs.ToDictionary(structs => structs.Client, structs => structs.State);
        var reader = new UpdateReader(_doc.EncodeStateAsUpdate(), isChecked: true);
        var pending = new SortedSet<ulong>();
        while (reader.MoveNext())
        {
            if (reader.End > known.GetValueOrDefault(reader.Client))
            {
                pending.Add(reader.Client);
            }
        }

        return pending;
    }

    private static byte[] Update(params Section[] sections) => Update([0], sections);

    private static byte[] Update(byte[] deletes, params Section[] sections)
    {
        var writer = new WireWriter();
        writer.WriteVarUint((ulong)sections.Length);
        foreach (var section in sections)
        {
            writer.WriteVarUint((ulong)section.Structs.Length);
            writer.WriteVarUint(section.Client);
            writer.WriteVarUint(section.Clock);
            foreach (var write in section.Structs)
            {
                write(writer);
            }
        }

        writer.WriteBytes(deletes);
        return writer.ToArray();
    }

    private static Action<WireWriter> Text(Id origin, Id rightOrigin, string text) => writer =>
    {
        RowWriter.WriteHead(writer, Crdt.Structs.Content.StringKind, origin, rightOrigin, null);
        if (origin.IsNone && rightOrigin.IsNone)
        {
            RowWriter.WriteParent(writer, "t", s_none, null);
        }

        writer.WriteString(text);
    };

    private static Action<WireWriter> Collected(ulong length) => writer =>
    {
        writer.WriteByte(StructInfo.Gc);
        writer.WriteVarUint(length);
    };

    private sealed record Section(ulong Client, ulong Clock, params Action<WireWriter>[] Structs);
}
