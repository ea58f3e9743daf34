using CodeCrafter.Crdt.Structs;
using CodeCrafter.Crdt.Types;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Tests;

/// <summary>
/// Types nested far deeper than any stack: what strangers send does no harm, and reading it is refused where the result
/// would be nested as deep.
/// </summary>
public sealed class NestingTests
{
    private const int Depth = 30_000;

    // How a type is read; each is found under a root of its own kind.
    public static TheoryData<string, byte, bool, Func<Doc, object>> Nested => new()
    {
        { "arrays in arrays", (byte)TypeKind.Array, false, doc => doc.GetArray("root").ToList() },
        { "maps in maps", (byte)TypeKind.Map, true, doc => doc.GetMap("root").ToDictionary() },
        { "elements in elements", (byte)TypeKind.XmlElement, false, doc => doc.GetXmlFragment("root").ToString() },
        { "elements in elements, in an element", (byte)TypeKind.XmlElement, false, doc => doc.GetXmlElement("root").ToString() },
        { "elements in elements, in an array", (byte)TypeKind.XmlElement, false, doc => doc.GetArray("root").ToList() },
        { "fragments in fragments", (byte)TypeKind.XmlFragment, false, doc => doc.GetXmlFragment("root").ToString() },
        { "elements that are attributes", (byte)TypeKind.XmlElement, true, doc => doc.GetXmlElement("root").ToString() },
        { "elements that are attributes, in a map", (byte)TypeKind.XmlElement, true, doc => doc.GetMap("root").ToDictionary() },
        { "texts of XML in texts of XML", (byte)TypeKind.XmlText, false, doc => doc.GetXmlText("root").ToString() },
        { "texts of XML in texts of XML, in a fragment", (byte)TypeKind.XmlText, false, doc => doc.GetXmlFragment("root").ToString() },
        { "texts of XML in texts of XML, in an array", (byte)TypeKind.XmlText, false, doc => doc.GetArray("root").ToList() },
        { "hooks in hooks", (byte)TypeKind.XmlHook, true, doc => doc.GetMap("root").ToDictionary() },
    };

    public static TheoryData<string, Func<YType, YType>> Holders => new()
    {
        { "maps", inner => Filled(new YMap(), map => map.Set("key", inner)) },
        { "arrays", inner => Filled(new YArray(), array => array.Add("before", inner, "behind")) },
        { "elements", inner => Filled(new YXmlElement("p"), element => element.Add(inner)) },
        { "attributes", inner => Filled(new YXmlElement("p"), element => element.SetAttribute("key", inner)) },
        { "embeds", inner => Filled(new YText("text"), text => text.InsertEmbed(2, inner)) },
        { "attributes of texts", inner => Filled(new YXmlText("text"), text => text.SetAttribute("key", inner)) },
    };

    [Theory]
    [MemberData(nameof(Nested))]
    public void Types_that_are_nested_deep_are_taken_passed_on_and_deleted_but_not_read_as_one(
        string what, byte kind, bool isKeyed, Func<Doc, object> read)
    {
        var doc = new Doc(1);
        doc.ApplyUpdate(Nest(kind, isKeyed));

        Assert.NotEmpty(what);
        AssertTooDeep(() => read(doc));
        new Doc(2).ApplyUpdate(doc.EncodeStateAsUpdate());
        doc.ApplyUpdate([0, 1, 9, 1, 0, 1]);
        Assert.Equal(0, doc.Root("root").Length);
        Assert.Empty(doc.Root("root").Keys);
        read(doc);
    }

    [Theory]
    [MemberData(nameof(Holders))]
    public void Detached_types_that_are_nested_deep_are_put_into_a_document(string what, Func<YType, YType> wrap)
    {
        YType top = what is "elements" ? new YXmlText("inner") : new YText("inner");
        var inner = top;
        for (var i = 0; i < Depth; i++)
        {
            top = wrap(top);
        }

        var doc = new Doc(1);
        doc.GetMap("map").Set("key", top);

        Assert.Equal("inner", inner.ToString());
        Assert.Same(doc, inner.Doc);
        var other = new Doc(2);
        other.ApplyUpdate(doc.EncodeStateAsUpdate());
        Assert.Equal(doc.EncodeStateAsUpdate(), other.EncodeStateAsUpdate());
        Assert.True(doc.GetMap("map").Remove("key"));
        Assert.True(inner.IsDeleted);
    }

    [Fact]
    public void Detached_types_that_are_nested_deep_are_not_read_as_one()
    {
        var (map, array, element, attribute) = (new YMap(), new YArray(), new YXmlElement("p"), new YXmlElement("p"));
        for (var i = 0; i < Depth; i++)
        {
            map = Filled(new YMap(), outer => outer.Set("key", map));
            array = Filled(new YArray(), outer => outer.Add(array));
            element = Filled(new YXmlElement("p"), outer => outer.Add(element));
            attribute = Filled(new YXmlElement("p"), outer => outer.SetAttribute("key", attribute));
        }

        AssertTooDeep(map.ToDictionary);
        AssertTooDeep(array.ToList);
        AssertTooDeep(element.ToString);
        AssertTooDeep(attribute.ToString);
    }

    [Fact]
    public void Nested_XML_is_written_once()
    {
        const int depth = 500;
        var element = new YXmlElement("p");
        for (var i = 1; i < depth; i++)
        {
            element = Filled(new YXmlElement("p"), outer => outer.Add(element));
        }

        new Doc(1).GetXmlFragment("xml").Add(element);
        Assert.Equal(7 * depth, element.ToString().Length);
        var before = GC.GetAllocatedBytesForCurrentThread();
        element.ToString();

        // To write the string of each anew into the one around it took two hundred bytes for each letter.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 7 * depth * 100);
    }

    // Client 9 puts one into the other, from clock 0 on.
    private static byte[] Nest(byte kind, bool isKeyed)
    {
        var writer = new WireWriter();
        writer.WriteBytes([1]);
        writer.WriteVarUint(Depth);
        writer.WriteBytes([9, 0]);
        for (var i = 0; i < Depth; i++)
        {
            writer.WriteByte((byte)(Crdt.Structs.Content.TypeKind | (isKeyed ? StructInfo.HasParentSub : 0)));
            if (i == 0)
            {
                writer.WriteByte(1);
                writer.WriteString("root");
            }
            else
            {
                writer.WriteBytes([0, 9]);
                writer.WriteVarUint((ulong)i - 1);
            }

            if (isKeyed)
            {
                writer.WriteString("key");
            }

            writer.WriteByte(kind);
            if (((TypeKind)kind).HasName())
            {
                writer.WriteString("p");
            }
        }

        writer.WriteByte(0);
        return writer.ToArray();
    }

    // On a small stack: an exception takes its time to come up through all of a large one.
    private static void AssertTooDeep(Func<object> read)
    {
        Exception? thrown = null;
        var thread = new Thread(() => thrown = Record.Exception(read), 512 * 1024);
        thread.Start();
        thread.Join();
        Assert.IsType<InsufficientExecutionStackException>(thrown);
    }

    private static T Filled<T>(T type, Action<T> fill)
    {
        fill(type);
        return type;
    }
}
