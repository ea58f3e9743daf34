using CodeCrafter.Crdt.Structs;
using CsCheck;

namespace CodeCrafter.Crdt.Tests.Structs;

public sealed class ClientTableTests
{
    [Fact]
    public void A_client_has_the_number_that_it_was_given_and_others_have_none() => Gen.Select(
        Gen.ULong[0, (1UL << 53) - 1].HashSet[0, 2000], Gen.OneOf(Gen.Int[0, 20], Gen.Int[0, 3000]), Gen.OneOf(Gen.Const(0), Gen.Int[0, 20])).Sample(
        (clients, reserved, reservedAt) =>
        {
            var table = new ClientTable(new Rows());
            var numbers = new Dictionary<ulong, int>();
            foreach (var client in clients)
            {
                if (table.Count == reservedAt)
                {
                    table.Reserve(reserved);
                }

                Assert.Equal(0, table.Find(client));
                numbers.Add(client, table.Add(client));
            }

            Assert.Equal(clients.Count, table.Count);
            Assert.Equal(Enumerable.Range(1, clients.Count), numbers.Values.Order());
            foreach (var (client, number) in numbers)
            {
                Assert.Equal(number, table.Find(client));
                Assert.Equal(client, table[number].Client);
            }

            Assert.All(numbers.Keys.Select(client => client ^ 1).Except(numbers.Keys), client => Assert.Equal(0, table.Find(client)));
        },
        iter: 50);

    [Theory]
    [InlineData(1UL)]
    [InlineData(1UL << 16)]
    [InlineData(1UL << 32)]
    [InlineData(1UL << 40)]
    public void Ids_at_equal_distances_are_found(ulong distance)
    {
        var table = new ClientTable(new Rows());
        for (var i = 0UL; i < 5000; i++)
        {
            Assert.Equal((int)i + 1, table.Add(i * distance));
        }

        for (var i = 0UL; i < 5000; i++)
        {
            Assert.Equal((int)i + 1, table.Find(i * distance));
        }
    }

    [Fact]
    public void The_client_with_the_id_zero_is_one_as_any_other()
    {
        var table = new ClientTable(new Rows());
        Assert.Equal(0, table.Find(0));
        Assert.Equal(1, table.Add(7));
        Assert.Equal(0, table.Find(0));
        Assert.Equal(2, table.Add(0));
        Assert.Equal((2, 1), (table.Find(0), table.Find(7)));
    }

    [Fact]
    public void Room_is_made_for_as_many_as_come_and_then_for_a_quarter_more()
    {
        const int count = 1000, bytes = 40;
        var table = new ClientTable(new Rows());
        var before = GC.GetAllocatedBytesForCurrentThread();
        table.Reserve(count);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, bytes * count, (bytes + 10) * count);
        for (var i = 0UL; i < count; i++)
        {
            table.Add(i);
        }

        before = GC.GetAllocatedBytesForCurrentThread();
        table.Add(count);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, bytes * count * 5 / 4, bytes * count * 4 / 3);
    }
}
