using CodeCrafter.Crdt.Structs;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Types;

/// <summary>The values of a list, as users see them.</summary>
internal static class ListValues
{
    public static object? Get(Branch branch, int index)
    {
        var (item, offset) = ListEdit.Find(branch, index);
        return item.ValueAt(offset);
    }

    public static IEnumerable<object?> All(Branch branch)
    {
        for (var next = branch.Start; next is { } item; next = item.Right)
        {
            for (var i = 0; item.IsVisible && i < item.Length; i++)
            {
                yield return item.ValueAt(i);
            }
        }
    }

    /// <summary>Inserts values that have been checked.</summary>
    public static void Insert(Branch branch, int index, ReadOnlySpan<object?> values)
    {
        branch.Doc.Begin();
        try
        {
            ListEdit.Insert(branch, index, Pack(values));
            foreach (var value in values)
            {
                YType.FillNested(value);
            }
        }
        finally
        {
            branch.Doc.End();
        }
    }

    /// <summary>The contents for values that have been checked. Plain values that follow each other are one item.</summary>
    public static List<Content> Pack(ReadOnlySpan<object?> values)
    {
        var contents = new List<Content>();
        var plain = new WireWriter();
        var ends = new List<int>(values.Length);
        foreach (var value in values)
        {
            if (value is YType or YSubdocument or byte[])
            {
                Flush();
                contents.Add(YType.ToContent(value));
                continue;
            }

            AnyValue.Write(plain, value);
            ends.Add(plain.Length);
        }

        Flush();
        return contents;

        void Flush()
        {
            if (ends.Count > 0)
            {
                contents.Add(AnyContent.Of(plain.Written, [.. ends]));
                plain.Clear();
                ends.Clear();
            }
        }
    }
}

/// <summary>The values of keys: of a map, or of the attributes of an XML element or a text.</summary>
internal static class KeyValues
{
    public static object? Get(Branch branch, string key) =>
        branch.Find(key) is { } item ? item.ValueAt(item.Length - 1) : null;

    public static Dictionary<string, object?> All(Branch branch) => branch.Keys.ToDictionary(key => key, key => Get(branch, key));

    /// <summary>Gives a key a value that has been checked.</summary>
    public static void Set(Branch branch, string key, object? value)
    {
        branch.Doc.Begin();
        try
        {
            ListEdit.Set(branch, key, YType.ToContent(value));
            YType.FillNested(value);
        }
        finally
        {
            branch.Doc.End();
        }
    }

    /// <summary>Gives keys the values that they had in a detached type, and tells each type among these when it is there.</summary>
    public static IEnumerable<YType> Fill(Branch branch, Dictionary<string, object?> values)
    {
        foreach (var (key, value) in values)
        {
            ListEdit.Set(branch, key, YType.ToContent(value));
            if (value is YType type)
            {
                yield return type;
            }
        }
    }
}
