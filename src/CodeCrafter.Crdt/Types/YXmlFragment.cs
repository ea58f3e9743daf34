using CodeCrafter.Crdt.Types;

namespace CodeCrafter.Crdt;

/// <summary>A shared list of XML nodes: <see cref="YXmlElement"/>, <see cref="YXmlText"/> and <see cref="YXmlHook"/>.</summary>
public class YXmlFragment : YType
{
    private List<YType>? _detached;

    /// <summary>Makes a detached fragment.</summary>
    public YXmlFragment() : base(null) => _detached = [];

    internal YXmlFragment(Branch branch) : base(branch)
    {
    }

    /// <summary>How many children there are.</summary>
    public int Length => _detached?.Count ?? checked((int)Branch!.Length);

    private protected override TypeKind Kind => TypeKind.XmlFragment;

    private protected bool IsDetached => _detached is not null;

    /// <summary>
    /// The child at an index. It is a node, unless another program has put something else there, which is then read as
    /// a value of <see cref="YArray"/>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such index.</exception>
    public object? Get(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Length);
        return _detached is not null ? _detached[index] : ListValues.Get(Branch!, index);
    }

    /// <summary>The children; a copy of the list.</summary>
    public IReadOnlyList<object?> Children() => _detached is not null ? [.. _detached] : [.. ListValues.All(Branch!)];

    /// <summary>Inserts nodes before an index.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative or beyond the end.</exception>
    /// <exception cref="ArgumentException">It is no XML node.</exception>
    /// <exception cref="InvalidOperationException">
    /// A node is part of a document already, or is there twice, or within itself; or one that is in it is. Nothing has been changed.
    /// </exception>
    public void Insert(int index, params ReadOnlySpan<YType> nodes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(index, Length);
        foreach (var node in nodes)
        {
            if (node is not (YXmlElement or YXmlText or YXmlHook))
            {
                throw new ArgumentException("A child of XML is an element, a text or a hook.", nameof(nodes));
            }
        }

        CheckValues([.. nodes]);
        if (_detached is not null)
        {
            _detached.InsertRange(index, nodes);
        }
        else
        {
            ListValues.Insert(Branch!, index, [.. nodes]);
        }
    }

    /// <summary>Appends nodes.</summary>
    /// <exception cref="ArgumentException">It is no XML node.</exception>
    /// <exception cref="InvalidOperationException">A node is part of a document already, or is there twice, or within itself; or one that is in it is. Nothing has been changed.</exception>
    public void Add(params ReadOnlySpan<YType> nodes) => Insert(Length, nodes);

    /// <summary>Deletes children.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such stretch.</exception>
    public void Delete(int index, int length = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length - index);
        if (_detached is not null)
        {
            _detached.RemoveRange(index, length);
        }
        else if (length > 0)
        {
            ListEdit.Delete(Branch!, index, length);
        }
    }

    /// <summary>
    /// The nodes as XML, as Yjs writes it, which is for people to read: nothing is escaped, so it is neither to be parsed
    /// nor to be put into a page.
    /// </summary>
    /// <exception cref="InsufficientExecutionStackException">Types are nested too deep.</exception>
    public override string ToString() => XmlString.Of(this);

    internal override IEnumerable<object?> DetachedValues() => _detached!;

    internal override IEnumerable<YType> Fill()
    {
        var nodes = _detached!;
        _detached = null;
        ListEdit.Insert(Branch!, 0, nodes.ConvertAll(ToContent));
        return nodes;
    }
}

/// <summary>A shared XML element: a name, attributes and children.</summary>
public sealed class YXmlElement : YXmlFragment
{
    private readonly string _nodeName = "UNDEFINED";
    private Dictionary<string, object?>? _detached;

    /// <summary>Makes a detached element.</summary>
    /// <exception cref="ArgumentNullException">There is no name.</exception>
    public YXmlElement(string nodeName)
    {
        _nodeName = ValidText.Of(nodeName);
        _detached = [];
    }

    internal YXmlElement(Branch branch) : base(branch)
    {
    }

    /// <summary>The name; UNDEFINED for a root, as in Yjs.</summary>
    public string NodeName => Branch is { RootName: null } ? Branch.NodeName : _nodeName;

    /// <summary>The attributes, whose values are those of <see cref="YMap"/>; a copy.</summary>
    public IReadOnlyDictionary<string, object?> Attributes =>
        _detached is not null ? new Dictionary<string, object?>(_detached) : KeyValues.All(Branch!);

    private protected override TypeKind Kind => TypeKind.XmlElement;

    private protected override string Name => _nodeName;

    /// <summary>The value of an attribute; null if there is none.</summary>
    /// <exception cref="ArgumentNullException">There is no name.</exception>
    public object? GetAttribute(string name)
    {
        name = ValidText.Of(name);
        return _detached is not null ? _detached.GetValueOrDefault(name) : KeyValues.Get(Branch!, name);
    }

    /// <summary>Sets an attribute.</summary>
    /// <exception cref="ArgumentNullException">There is no name.</exception>
    /// <exception cref="ArgumentException">The value is none of those that <see cref="YMap"/> lists, or is nested too deep.</exception>
    /// <exception cref="InvalidOperationException">
    /// It is a shared type that is part of a document already, or one that is in it is, or is there twice, or within itself. Nothing has been changed.
    /// </exception>
    public void SetAttribute(string name, object? value)
    {
        name = ValidText.Of(name);
        CheckValues([value]);
        if (_detached is not null)
        {
            _detached[name] = value;
        }
        else
        {
            KeyValues.Set(Branch!, name, value);
        }
    }

    /// <summary>Removes an attribute; false if there is none.</summary>
    /// <exception cref="ArgumentNullException">There is no name.</exception>
    public bool RemoveAttribute(string name)
    {
        name = ValidText.Of(name);
        return _detached?.Remove(name) ?? ListEdit.Remove(Branch!, name);
    }

    /// <summary>The element as XML, its name in lower case and its attributes in order, as Yjs writes it; nothing is escaped.</summary>
    /// <exception cref="InsufficientExecutionStackException">Types are nested too deep.</exception>
    public override string ToString() => base.ToString();

    internal override IEnumerable<object?> DetachedValues() => base.DetachedValues().Concat(_detached!.Values);

    // As Yjs does: the children first.
    internal override IEnumerable<YType> Fill()
    {
        var attributes = _detached!;
        _detached = null;
        return base.Fill().Concat(KeyValues.Fill(Branch!, attributes));
    }
}

/// <summary>Text within XML.</summary>
public sealed class YXmlText : YText
{
    /// <summary>Makes a detached text.</summary>
    /// <exception cref="ArgumentNullException">There is no text.</exception>
    public YXmlText(string text = "") : base(text)
    {
    }

    internal YXmlText(Branch branch) : base(branch)
    {
    }

    private protected override TypeKind Kind => TypeKind.XmlText;

    /// <summary>
    /// The text as XML, as Yjs writes it: an attribute of the text is an element around it. Nothing is escaped. While the
    /// text is detached, without attributes.
    /// </summary>
    /// <exception cref="InsufficientExecutionStackException">Types are nested too deep.</exception>
    public override string ToString() => Branch is null ? base.ToString() : XmlString.Of(this);
}

/// <summary>A map within XML that stands for something which a program renders in its own way.</summary>
public sealed class YXmlHook : YMap
{
    private readonly string _hookName = "";

    /// <summary>Makes a detached hook.</summary>
    /// <exception cref="ArgumentNullException">There is no name.</exception>
    public YXmlHook(string hookName)
    {
        _hookName = ValidText.Of(hookName);
    }

    internal YXmlHook(Branch branch) : base(branch)
    {
    }

    /// <summary>The name.</summary>
    public string HookName => Branch?.NodeName ?? _hookName;

    private protected override TypeKind Kind => TypeKind.XmlHook;

    private protected override string Name => _hookName;
}
