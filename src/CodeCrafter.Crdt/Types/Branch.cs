using System.Runtime.InteropServices;
using CodeCrafter.Crdt.Structs;

namespace CodeCrafter.Crdt.Types;

/// <summary>The inside of a shared type: its list, its keys, and where it hangs. What users hold is a <see cref="YType"/>.</summary>
internal sealed class Branch
{
    private Dictionary<string, ItemList>? _keys;
    private ItemList? _list;
    private YType? _facade;
    private int _row;

    /// <summary>A root of the document.</summary>
    public Branch(Doc doc, string rootName)
    {
        Doc = doc;
        RootName = rootName;
        Kind = TypeKind.Unknown;
    }

    /// <summary>A type inside another, not integrated yet.</summary>
    public Branch(TypeKind kind, string nodeName = "")
    {
        Kind = kind;
        NodeName = nodeName;
    }

    public Doc Doc { get; private set; } = null!;

    public TypeKind Kind { get; private set; }

    /// <summary>The name of an XML element or hook.</summary>
    public string NodeName { get; } = "";

    public string? RootName { get; }

    /// <summary>It is a root of the document.</summary>
    public bool IsRoot => Parent is null;

    /// <summary>The type that this one is a value of; null for a root.</summary>
    public Branch? Parent { get; private set; }

    /// <summary>How many types contain this one.</summary>
    public int Depth { get; private set; }

    /// <summary>The key of the parent that it is a value of, if it is.</summary>
    public string? Key { get; private set; }

    /// <summary>The id of the item that holds the type; none for a root.</summary>
    public Id Id { get; private set; } = Id.None;

    /// <summary>The item that holds the type has been deleted.</summary>
    public bool IsDeleted;

    /// <summary>The item that holds the type has been deleted, and what was in the type is forgotten.</summary>
    public bool IsCollected => IsDeleted && Doc.Store.Find(Id).Kind is StructInfo.Gc or Content.DeletedKind;

    /// <summary>The item that holds the type, as long as it is there; the type is no root and not deleted.</summary>
    public Item Item => new(Doc.Store, _row);

    /// <summary>The first item of the list.</summary>
    public Item? Start => Doc.Store.ItemAt(_list?.First ?? 0);

    /// <summary>How many positions the list has.</summary>
    public long Length;

    /// <summary>Finds items by position; null until it is needed.</summary>
    public ItemIndex? Index;

    /// <summary>Places items where scans for conflicts have been long; null where none has been.</summary>
    public Placements? Placements;

    /// <summary>There are, or were, attributes of text.</summary>
    public bool HasFormatting;

    /// <summary>Who wants to hear of changes; null for nobody.</summary>
    public Observers? Observers;

    /// <summary>The keys that have a value.</summary>
    public IEnumerable<string> Keys => _keys?.Keys.Where(key => Find(key) is not null) ?? [];

    /// <summary>The list of the type, and the histories of its keys.</summary>
    public IEnumerable<ItemList> Lists => [.. _list is null ? [] : new[] { _list }, .. _keys?.Values ?? Enumerable.Empty<ItemList>()];

    public void Attach(Doc doc, Item item)
    {
        (Doc, _row, Parent, Key, Id) = (doc, item.Row, item.Parent, item.ParentSub, item.Id);
        Depth = Parent.Depth + 1;
    }

    /// <summary>The list of the type (null), or the history of a key; made if there is none.</summary>
    public ItemList ListOf(string? key)
    {
        if (key is null)
        {
            return _list ??= new ItemList(this, null);
        }

        ref var history = ref CollectionsMarshal.GetValueRefOrAddDefault(_keys ??= [], key, out _);
        return history ??= new ItemList(this, key);
    }

    /// <summary>The current item of a key if it is not deleted.</summary>
    public Item? Find(string key) => LastOf(key) is { Deleted: false } item ? item : null;

    /// <summary>The current item of a key, deleted or not.</summary>
    public Item? LastOf(string key) => Doc.Store.ItemAt(_keys?.GetValueOrDefault(key)?.Last ?? 0);

    /// <summary>The oldest item of a key.</summary>
    public Item? FirstOf(string key) => Doc.Store.ItemAt(_keys?.GetValueOrDefault(key)?.First ?? 0);

    /// <summary>All items: those of the list, and those of each key with its history.</summary>
    public IEnumerable<Item> Children()
    {
        foreach (var list in Lists)
        {
            for (var item = Doc.Store.ItemAt(list.First); item is { } child; item = child.Right)
            {
                yield return child;
            }
        }
    }

    /// <summary>All text of the list.</summary>
    public string ReadText()
    {
        // What is no text takes up positions too: the text may be shorter.
        var length = 0;
        var text = string.Create(checked((int)Length), this, (target, branch) => length = branch.CopyText(target));
        return length == text.Length ? text : text[..length];
    }

    private int CopyText(Span<char> target)
    {
        var (rows, text) = (Doc.Store.Rows, Doc.Store.Text);
        var end = 0;
        for (var next = _list?.First ?? 0; next != 0; next = rows[next].Right)
        {
            ref var row = ref rows[next];
            if (row is { IsText: true, Deleted: false })
            {
                var length = (int)rows.LengthOf(row);
                text.CopyTo(row.Content, target.Slice(end, length));
                end += length;
            }
        }

        return end;
    }

    /// <summary>The index of positions, made if there is none. The list is not empty.</summary>
    public ItemIndex GetIndex() => Index ??= new ItemIndex(Doc.Store.Rows, _list!);

    /// <summary>The last item of the list.</summary>
    public Item? End => Doc.Store.ItemAt(_list?.Last ?? 0);

    /// <summary>The type has been collected with all that it contained.</summary>
    public void Forget() => (_list, _keys, Index, Placements, Length) = (null, null, null, null, 0);

    /// <summary>What users hold of the type; always the same object.</summary>
    public YType Facade() => _facade ??= Kind switch
    {
        TypeKind.Array => new YArray(this),
        TypeKind.Map => new YMap(this),
        TypeKind.Text => new YText(this),
        TypeKind.XmlFragment => new YXmlFragment(this),
        TypeKind.XmlElement => new YXmlElement(this),
        TypeKind.XmlText => new YXmlText(this),
        TypeKind.XmlHook => new YXmlHook(this),
        _ => new YOpaque(this),
    };

    /// <summary>Gives a type made by the user its inside.</summary>
    public void SetFacade(YType facade) => _facade = facade;

    /// <summary>Says what a root is.</summary>
    /// <exception cref="InvalidOperationException">It is something else already.</exception>
    public YType FacadeAs(TypeKind kind)
    {
        if (Kind == TypeKind.Unknown)
        {
            Kind = kind;
            _facade = null;
        }

        return Kind == kind
            ? Facade()
            : throw new InvalidOperationException($"The root '{RootName}' is of the kind {Kind}, not {kind}.");
    }
}
