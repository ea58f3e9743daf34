using System.Runtime.InteropServices;
using CodeCrafter.Crdt.Structs;

namespace CodeCrafter.Crdt.Types;

/// <summary>The inside of a shared type: its list, its keys, and where it hangs. What users hold is a <see cref="YType"/>.</summary>
internal sealed class Branch
{
    private readonly Id _placeholderFor = Id.None;
    private Dictionary<string, KeyHistory>? _keys;
    private YType? _facade;

    private Branch(Id placeholderFor) => _placeholderFor = placeholderFor;

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

    /// <summary>The item that holds the type; null for a root.</summary>
    public Item? Item { get; private set; }

    /// <summary>The first item of the list.</summary>
    public Item? Start;

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

    /// <summary>Stands for the type in an item that may not have arrived yet.</summary>
    public bool IsPlaceholder => !_placeholderFor.IsNone;

    /// <summary>The id of the item that holds the type.</summary>
    public Id Id => IsPlaceholder ? _placeholderFor : Item!.Id;

    /// <summary>The keys that have a value.</summary>
    public IEnumerable<string> Keys => _keys?.Where(entry => !entry.Value.Last.Deleted).Select(entry => entry.Key) ?? [];

    public static Branch PlaceholderFor(Id id) => new(id);

    public void Attach(Doc doc, Item item) => (Doc, Item) = (doc, item);

    /// <summary>The current item of a key if it is not deleted.</summary>
    public Item? Find(string key) => LastOf(key) is { Deleted: false } item ? item : null;

    /// <summary>The current item of a key, deleted or not.</summary>
    public Item? LastOf(string key) => _keys?.GetValueOrDefault(key).Last;

    /// <summary>The oldest item of a key.</summary>
    public Item? FirstOf(string key) => _keys?.GetValueOrDefault(key).First;

    /// <summary>Takes in a new end of a key's history: an item without neighbour on that side.</summary>
    public void SetEnd(string key, Item item)
    {
        ref var history = ref CollectionsMarshal.GetValueRefOrAddDefault(_keys ??= [], key, out _);
        history = new KeyHistory(item.Left is null ? item : history.First, item.Right is null ? item : history.Last);
    }

    /// <summary>All items: those of the list, and those of each key with its history.</summary>
    public IEnumerable<Item> Children()
    {
        for (var item = Start; item is not null; item = item.Right)
        {
            yield return item;
        }

        foreach (var history in _keys?.Values ?? Enumerable.Empty<KeyHistory>())
        {
            for (var item = history.First; item is not null; item = item.Right)
            {
                yield return item;
            }
        }
    }

    /// <summary>The type has been collected with all that it contained.</summary>
    public void Forget() => (Start, _keys, Index, Placements, Length) = (null, null, null, null, 0);

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

    private readonly record struct KeyHistory(Item First, Item Last);
}
