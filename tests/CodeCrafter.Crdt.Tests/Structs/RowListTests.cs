using CodeCrafter.Crdt.Structs;

namespace CodeCrafter.Crdt.Tests.Structs;

public sealed class RowListTests
{
    private const int Count = 5_000;

    /// <summary>How long the structs are: where one is found is guessed from that.</summary>
    public static TheoryData<string, Func<int, long>> Lengths => new()
    {
        { "alike", _ => 1 },
        { "of any length", i => 1 + (i * 7_919 % 13) },
        { "longer and longer", i => 1 + ((long)i * i) },
        { "shorter and shorter", i => 1 + ((long)(Count - i) * (Count - i)) },
        { "one long at first", i => i == 0 ? 1L << 40 : 1 },
        { "one long at last", i => i == Count - 1 ? 1L << 40 : 1 },
        { "as long as can be", _ => 1L << 40 },
    };

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Each_unit_is_found_in_any_order(string name, Func<int, long> lengthOf)
    {
        var store = new StructStore();
        var structs = store.FindOrAdd(1);
        var rows = new List<int>();
        long clock = 0;
        for (var i = 0; i < Count; i++)
        {
            rows.Add(store.AddRow(structs, clock, lengthOf(i), StructInfo.Gc, Id.None, Id.None));
            clock += lengthOf(i);
        }

        var list = new RowList(store.Rows, rows[0]);
        rows.Skip(1).ToList().ForEach(list.Append);

        var order = Enumerable.Range(0, Count).ToArray();
        new Random(1).Shuffle(order);
        foreach (var i in order)
        {
            AssertIsFound(store, list, rows[i], name);
        }
    }

    // The product from which a guess is made does not fit 64 bits.
    [Fact]
    public void Each_unit_is_found_where_guesses_are_bad()
    {
        const int count = 300_000;
        const long length = ((1L << 53) - 1) / count;
        var store = new StructStore();
        var structs = store.FindOrAdd(1);
        var list = new RowList(store.Rows, store.AddRow(structs, 0, length, StructInfo.Gc, Id.None, Id.None));
        for (var i = 1; i < count; i++)
        {
            list.Append(store.AddRow(structs, i * length, length, StructInfo.Gc, Id.None, Id.None));
        }

        var random = new Random(1);
        for (var i = 0; i < 10_000; i++)
        {
            AssertIsFound(store, list, 1 + random.Next(count), "bad guesses");
        }
    }

    private static void AssertIsFound(StructStore store, RowList list, int number, string name)
    {
        var row = new Item(store, number);
        foreach (var clock in new[] { row.Clock, row.Clock + (row.Length / 2), row.End - 1 })
        {
            Assert.True(number == list[list.Find(clock)], $"{name}: {clock} of row {number}");
        }
    }
}
