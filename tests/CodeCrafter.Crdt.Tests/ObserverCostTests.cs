using CodeCrafter.Crdt.Structs;
using CodeCrafter.Crdt.Types;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Tests;

/// <summary>What strangers send costs memory in proportion to its bytes, however much of it is observed.</summary>
public sealed class ObserverCostTests
{
    // With all that can be observed. Each run of memory is measured, and the same everywhere.
    private const int BytesForEachByte = 400;

    private readonly WireWriter _writer = new();
    private ulong _client = 9;
    private ulong _clock;

    [Theory]
    [Trait("fault", "12")]
    [InlineData("many attributes, then many embeds")]
    [InlineData("an attribute before each embed")]
    [InlineData("an attribute before each letter")]
    [InlineData("attributes set and unset before each letter")]
    [InlineData("values")]
    [InlineData("keys")]
    public void An_update_of_a_root_costs_memory_in_proportion(string of)
    {
        var update = Root(of, 5000);
        var doc = new Doc(1);
        Observe(doc, of is "values" ? doc.GetArray("root") : of is "keys" ? doc.GetMap("root") : doc.GetText("root"));
        AssertInProportion(doc, update);
    }

    [Theory]
    [Trait("fault", "12")]
    [InlineData("new embeds")]
    [InlineData("attributes that are new to the same text")]
    [InlineData("attributes that are deleted")]
    public void A_change_of_formatted_text_costs_memory_in_proportion(string of)
    {
        var doc = new Doc(1);
        doc.ApplyUpdate(Root("an attribute before each letter", 5000));
        var text = doc.GetText("root");
        Observe(doc, text);

        (_client, _clock) = (7, 0);
        Begin(of is "attributes that are deleted" ? 0UL : 5000);
        for (ulong i = 0; i < 5000 && of is not "attributes that are deleted"; i++)
        {
            // Behind each letter of client 9, whose attributes have even clocks.
            var kind = of is "new embeds" ? Crdt.Structs.Content.EmbedKind : Crdt.Structs.Content.FormatKind;
            _writer.WriteByte((byte)(StructInfo.HasOrigin | kind));
            WriteId(9, 2 * i);
            WriteContent(kind, $"n{i:x}");
        }

        if (of is "attributes that are deleted")
        {
            _writer.WriteBytes([1, 9]);
            _writer.WriteVarUint(5000);
            for (ulong i = 0; i < 5000; i++)
            {
                _writer.WriteVarUint(2 * i);
                _writer.WriteVarUint(1);
            }
        }
        else
        {
            _writer.WriteByte(0);
        }

        AssertInProportion(doc, _writer.ToArray());
    }

    [Theory]
    [Trait("fault", "12")]
    [InlineData(false)]
    [InlineData(true)]
    public void A_change_of_all_types_that_are_nested_deep_costs_memory_in_proportion(bool areMaps)
    {
        const int depth = 20_000;
        var doc = Nested(depth, areMaps);
        Observe(doc, areMaps ? doc.GetMap("root") : doc.GetArray("root"));
        (_client, _clock) = (7, 0);
        Begin(depth);
        for (ulong i = 0; i < depth; i++)
        {
            Into(i, areMaps, "new");
            _writer.WriteBytes([1, 126]);
        }

        _writer.WriteByte(0);
        AssertInProportion(doc, _writer.ToArray());
    }

    [Fact]
    [Trait("fault", "12")]
    public void A_change_of_many_types_in_one_that_is_nested_deep_costs_memory_in_proportion()
    {
        const int depth = 20_000;
        var doc = Nested(depth, areMaps: false);
        (_client, _clock) = (8, 0);
        Begin(depth);
        for (ulong i = 0; i < depth; i++)
        {
            Into(depth - 1, areMaps: false, "", Crdt.Structs.Content.TypeKind);
            _writer.WriteByte((byte)TypeKind.Array);
        }

        _writer.WriteByte(0);
        doc.ApplyUpdate(_writer.ToArray());
        Observe(doc, doc.GetArray("root"));
        (_client, _clock) = (7, 0);
        Begin(depth);
        for (ulong i = 0; i < depth; i++)
        {
            Into(i, areMaps: false, "", client: 8);
            _writer.WriteBytes([1, 126]);
        }

        _writer.WriteByte(0);
        AssertInProportion(doc, _writer.ToArray());
    }

    [Fact]
    [Trait("fault", "12")]
    public void A_small_change_of_a_type_that_is_nested_deep_costs_little()
    {
        const int depth = 20_000;
        var doc = Nested(depth, areMaps: false);
        var paths = 0;
        doc.GetArray("root").ObserveDeep(events => paths += events[0].Path.Count);
        ChangeDeepest(7);
        Assert.Equal(depth, paths);

        var quiet = Nested(depth, areMaps: false);
        quiet.GetArray("root").ObserveDeep(_ => { });
        doc = quiet;
        Assert.InRange(ChangeDeepest(7), 0, 200_000);

        long ChangeDeepest(ulong client)
        {
            (_client, _clock) = (client, 0);
            Begin(1);
            Into(depth - 1, areMaps: false, "");
            _writer.WriteBytes([1, 126, 0]);
            var update = _writer.ToArray();
            var before = GC.GetAllocatedBytesForCurrentThread();
            doc.ApplyUpdate(update);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    [Trait("fault", "12")]
    public void A_handler_that_changes_the_document_costs_memory_in_proportion()
    {
        const int depth = 20_000;
        var doc = Nested(depth, areMaps: false);
        var paths = new List<int>();
        doc.GetArray("root").ObserveDeep(_ => doc.GetText("text").Append("x"));
        doc.GetArray("root").ObserveDeep(events => paths.Add(events[^1].Path.Count));
        (_client, _clock) = (7, 0);
        Begin(depth);
        for (ulong i = 0; i < depth; i++)
        {
            Into(i, areMaps: false, "");
            _writer.WriteBytes([1, 126]);
        }

        _writer.WriteByte(0);
        AssertInProportion(doc, _writer.ToArray());
        Assert.Equal([depth], paths);
    }

    private static void Observe(Doc doc, YType type)
    {
        doc.UpdateEmitted += (_, _) => { };
        doc.Changed += _ => { };
        type.Observe(_ => { });
        type.ObserveDeep(_ => { });
    }

    private static void AssertInProportion(Doc doc, byte[] update)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        doc.ApplyUpdate(update);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated < BytesForEachByte * (long)update.Length, $"{update.Length} bytes took {allocated}, {allocated / update.Length} each.");
    }

    private byte[] Root(string of, ulong count)
    {
        Begin(of is "attributes set and unset before each letter" ? 3 * count : of is "values" or "keys" ? count : 2 * count);
        for (ulong i = 0; i < 2 * count; i++)
        {
            switch (of)
            {
                case "many attributes, then many embeds":
                    Next(i < count ? Crdt.Structs.Content.FormatKind : Crdt.Structs.Content.EmbedKind, $"k{i:x}");
                    break;
                case "an attribute before each embed":
                    Next(i % 2 == 0 ? Crdt.Structs.Content.FormatKind : Crdt.Structs.Content.EmbedKind, $"k{i:x}");
                    break;
                case "an attribute before each letter":
                    Next(i % 2 == 0 ? Crdt.Structs.Content.FormatKind : Crdt.Structs.Content.StringKind, $"k{i:x}");
                    break;
                case "attributes set and unset before each letter" when i % 2 == 0:
                    Next(Crdt.Structs.Content.FormatKind, $"k{i:x}");
                    Next(Crdt.Structs.Content.FormatKind, $"k{i:x}", "null");
                    Next(Crdt.Structs.Content.StringKind);
                    break;
                case "values" when i % 2 == 0:
                    Next(Crdt.Structs.Content.AnyKind);
                    break;
                case "keys" when i % 2 == 0:
                    _writer.WriteBytes([StructInfo.HasParentSub | Crdt.Structs.Content.AnyKind, 1]);
                    _writer.WriteString("root");
                    _writer.WriteString($"k{i:x}");
                    _writer.WriteBytes([1, 126]);
                    break;
            }
        }

        _writer.WriteByte(0);
        return _writer.ToArray();
    }

    // Client 9 puts one into the other.
    private Doc Nested(int depth, bool areMaps)
    {
        (_client, _clock) = (9, 0);
        Begin((ulong)depth);
        for (var i = 0; i < depth; i++)
        {
            if (i == 0)
            {
                _writer.WriteBytes([(byte)(Crdt.Structs.Content.TypeKind | (areMaps ? StructInfo.HasParentSub : 0)), 1]);
                _writer.WriteString("root");
                _writer.WriteBytes(areMaps ? [1, (byte)'k'] : []);
            }
            else
            {
                Into((ulong)i - 1, areMaps, "k", Crdt.Structs.Content.TypeKind);
            }

            _writer.WriteByte((byte)(areMaps ? TypeKind.Map : TypeKind.Array));
        }

        _writer.WriteByte(0);
        var doc = new Doc(1);
        doc.ApplyUpdate(_writer.Written);
        return doc;
    }

    private void Begin(ulong structs)
    {
        _writer.Clear();
        _writer.WriteVarUint(structs > 0 ? 1UL : 0);
        if (structs > 0)
        {
            _writer.WriteVarUint(structs);
            _writer.WriteVarUint(_client);
            _writer.WriteByte(0);
        }
    }

    // Of one behind the other, the next.
    private void Next(byte kind, string key = "", string value = "1")
    {
        if (_clock == 0)
        {
            _writer.WriteBytes([kind, 1]);
            _writer.WriteString("root");
        }
        else
        {
            _writer.WriteByte((byte)(StructInfo.HasOrigin | kind));
            WriteId(_client, _clock - 1);
        }

        WriteContent(kind, key, value);
        _clock++;
    }

    private void Into(ulong clock, bool areMaps, string key, byte kind = Crdt.Structs.Content.AnyKind, ulong client = 9)
    {
        _writer.WriteBytes([(byte)(kind | (areMaps ? StructInfo.HasParentSub : 0)), 0]);
        WriteId(client, clock);
        if (areMaps)
        {
            _writer.WriteString(key);
        }
    }

    private void WriteId(ulong client, ulong clock)
    {
        _writer.WriteVarUint(client);
        _writer.WriteVarUint(clock);
    }

    private void WriteContent(byte kind, string key, string value = "1")
    {
        switch (kind)
        {
            case Crdt.Structs.Content.FormatKind:
                _writer.WriteString(key);
                _writer.WriteString(value);
                break;
            case Crdt.Structs.Content.AnyKind:
                _writer.WriteBytes([1, 126]);
                break;
            default:
                _writer.WriteString(kind == Crdt.Structs.Content.StringKind ? "x" : value);
                break;
        }
    }
}
