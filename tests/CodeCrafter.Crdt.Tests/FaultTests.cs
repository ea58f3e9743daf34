using CodeCrafter.Crdt.Structs;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Tests;

/// <summary>Large updates, honest and hostile: taken or refused whole, with memory in proportion to their bytes.</summary>
public sealed class FaultTests
{
    // What a struct of a few bytes may cost while it is read, kept and written back; each run of memory is measured.
    private const long BytesForEachByte = 300;

    [Fact]
    [Trait("fault", "11")]
    public void A_valid_update_that_is_cut_or_damaged_anywhere_leaves_a_document_as_it_was()
    {
        var source = new Doc(5);
        RandomEdits.Make(source, new Random(11), 30);
        var update = source.EncodeStateAsUpdate();
        foreach (var isV2 in new[] { false, true })
        {
            var valid = isV2 ? Update.ConvertV1ToV2(update) : update;
            for (var i = 0; i < valid.Length; i++)
            {
                AssertUnchangedIfRefused(isV2, valid[..i], mustRefuse: true);
                for (var bit = 0; bit < 8; bit++)
                {
                    var damaged = valid.ToArray();
                    damaged[i] ^= (byte)(1 << bit);
                    AssertUnchangedIfRefused(isV2, damaged, mustRefuse: false);
                }
            }
        }
    }

    [Fact]
    [Trait("fault", "12")]
    public void Garbage_that_once_broke_a_server_is_refused()
    {
        var garbage = Convert.FromHexString("00010000000001000100010200001602000001fdffffffff7f0000");
        AssertUnchangedIfRefused(isV2: false, garbage, mustRefuse: true);
        AssertUnchangedIfRefused(isV2: true, garbage, mustRefuse: false);
        AssertUnchangedIfRefused(isV2: false, "garbagedoc"u8.ToArray(), mustRefuse: true);
        AssertUnchangedIfRefused(isV2: true, "garbagedoc"u8.ToArray(), mustRefuse: true);
    }

    [Fact]
    [Trait("fault", "13")]
    public void A_million_updates_of_one_character_are_merged_and_applied()
    {
        const int count = 1_000_000;
        var source = new Doc(7);
        var updates = new List<byte[]>(count);
        source.UpdateEmitted += (update, _) => updates.Add(update);
        for (var i = 0; i < count; i++)
        {
            source.GetText("text").Append("x");
        }

        var one = new Doc(8);
        foreach (var update in updates)
        {
            one.ApplyUpdate(update);
        }

        var other = new Doc(8);
        other.ApplyUpdate(Update.MergeUpdates(updates));

        Assert.Equal(count, one.GetText("text").Length);
        Assert.Equal(source.EncodeStateAsUpdate(), one.EncodeStateAsUpdate());
        Assert.Equal(source.EncodeStateAsUpdate(), other.EncodeStateAsUpdate());
    }

    [Fact]
    [Trait("fault", "13")]
    public void An_update_of_50_MB_is_applied_written_converted_and_merged()
    {
        var source = new Doc(7);
        source.GetText("text").Insert(0, new string('x', 10_000_000));
        for (var i = 0; i < 40; i++)
        {
            source.GetText("text").Insert(i * 1000, new string('y', 1_000_000));
        }

        var update = source.EncodeStateAsUpdate();
        Assert.InRange(update.Length, 50_000_000, 51_000_000);
        var doc = new Doc(8);
        doc.ApplyUpdate(update);
        Assert.Equal(update, doc.EncodeStateAsUpdate());
        Assert.Equal(update, Update.ConvertV2ToV1(Update.ConvertV1ToV2(update)));
        Assert.Equal(update, Update.MergeUpdates(update, Update.DiffUpdate(update, Update.EncodeStateVector(new Dictionary<ulong, long> { [7] = 3 }))));
        Assert.Throws<MalformedUpdateException>(() => doc.ApplyUpdate(update.AsSpan(0, update.Length - 1)));
        Assert.Equal(update, doc.EncodeStateAsUpdate());
    }

    [Theory]
    [Trait("fault", "12")]
    [InlineData("clients")]
    [InlineData("structs at one place")]
    [InlineData("structs that wait")]
    [InlineData("keys")]
    [InlineData("deletions")]
    public void Half_a_megabyte_of_nothing_but_headers_costs_memory_in_proportion(string of)
    {
        var update = Headers(of, 500_000);
        var doc = new Doc(1);
        var before = GC.GetAllocatedBytesForCurrentThread();

        doc.ApplyUpdate(update);
        doc.ApplyUpdate(update);
        var again = doc.EncodeStateAsUpdate();
        Update.MergeUpdates(update, again);
        Update.DiffUpdate(update, []);
        Update.EncodeStateVectorFromUpdate(update);
        Update.ConvertV1ToV2(update);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, update.Length, BytesForEachByte * update.Length);
        InvariantChecks.Check(doc);
    }

    private static byte[] Headers(string of, int bytes)
    {
        var writer = new WireWriter();
        var count = (ulong)(bytes / 10);
        writer.WriteVarUint(of is "clients" ? count : of is "deletions" ? 0UL : 1);
        if (of is not ("clients" or "deletions"))
        {
            writer.WriteVarUint(count);
            writer.WriteVarUint(9);
            writer.WriteClock(0);
        }

        for (ulong i = 0; i < count; i++)
        {
            switch (of)
            {
                case "clients":
                    writer.WriteVarUint(1);
                    writer.WriteVarUint(count + 10 - i);
                    writer.WriteBytes([0, 4, 1, 0, 1, (byte)'x']);
                    break;
                case "structs at one place":
                    writer.WriteBytes([4, 1, 0, 1, (byte)'x']);
                    break;
                case "structs that wait":
                    writer.WriteBytes([StructInfo.HasOrigin | 4, 8]);
                    writer.WriteVarUint(i);
                    writer.WriteBytes([1, (byte)'x']);
                    break;
                case "keys":
                    writer.WriteBytes([StructInfo.HasParentSub | 8, 1, 0]);
                    writer.WriteString(i.ToString(System.Globalization.CultureInfo.InvariantCulture));
                    writer.WriteBytes([1, 126]);
                    break;
            }
        }

        writer.WriteVarUint(of is "deletions" ? 1UL : 0);
        if (of is "deletions")
        {
            writer.WriteVarUint(9);
            writer.WriteVarUint(count);
            for (ulong i = 0; i < count; i++)
            {
                writer.WriteVarUint(2 * (count - i));
                writer.WriteVarUint(1);
            }
        }

        return writer.ToArray();
    }

    private static void AssertUnchangedIfRefused(bool isV2, byte[] update, bool mustRefuse)
    {
        var doc = new Doc(1);
        doc.GetText("text").Insert(0, "some text");
        doc.GetMap("map").Set("key", new YArray());
        var before = doc.EncodeStateAsUpdate();
        var emitted = 0;
        doc.UpdateEmitted += (_, _) => emitted++;
        try
        {
            if (isV2)
            {
                doc.ApplyUpdateV2(update);
            }
            else
            {
                doc.ApplyUpdate(update);
            }
        }
        catch (MalformedUpdateException)
        {
            Assert.Equal(before, doc.EncodeStateAsUpdate());
            Assert.Equal(0, emitted);
            return;
        }

        Assert.False(mustRefuse);
    }
}
