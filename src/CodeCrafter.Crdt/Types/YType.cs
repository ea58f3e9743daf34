using CodeCrafter.Crdt.Structs;
using CodeCrafter.Crdt.Types;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt;

/// <summary>
/// A shared type: a root of a document, or a value inside another shared type. One that was made with <c>new</c> is
/// detached until it is put into a type of a document; it can be filled before, and put there once.
/// </summary>
public abstract class YType
{
    private protected YType(Branch? branch) => Branch = branch;

    /// <summary>The document; null while the type is detached.</summary>
    public Doc? Doc => Branch?.Doc;

    /// <summary>The name, for a root; null otherwise.</summary>
    public string? RootName => Branch?.RootName;

    /// <summary>The type that this one is a value of; null for a root and while it is detached.</summary>
    public YType? Parent => Branch?.Parent?.Facade();

    /// <summary>The key of the map that this type is the value of; null elsewhere.</summary>
    public string? Key => Branch?.Key;

    /// <summary>The type was deleted from what contained it. It stays empty, whatever is put into it.</summary>
    public bool IsDeleted => Branch?.IsDeleted ?? false;

    internal Branch? Branch { get; private set; }

    private protected abstract TypeKind Kind { get; }

    // Of an XML element or hook.
    private protected virtual string Name => "";

    /// <summary>
    /// Calls a handler after each transaction that changed this type itself, with what changed. The handler may change
    /// the document; that is announced afterwards.
    /// </summary>
    /// <returns>Ends it when disposed of.</returns>
    /// <exception cref="ArgumentNullException">There is no handler.</exception>
    /// <exception cref="InvalidOperationException">The type is not part of a document yet.</exception>
    public IDisposable Observe(Action<YEvent> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Listen().Add(handler);
    }

    /// <summary>
    /// Calls a handler after each transaction that changed this type or any that it contains, with an event for each
    /// of them, the nearest first.
    /// </summary>
    /// <returns>Ends it when disposed of.</returns>
    /// <exception cref="ArgumentNullException">There is no handler.</exception>
    /// <exception cref="InvalidOperationException">The type is not part of a document yet.</exception>
    public IDisposable ObserveDeep(Action<IReadOnlyList<YEvent>> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Listen().Add(handler);
    }

    /// <summary>Makes the content that holds this type, which is detached until now.</summary>
    internal TypeContent Attach()
    {
        if (Branch is not null)
        {
            throw new InvalidOperationException("The type is part of a document already.");
        }

        Branch = new Branch(Kind, Name);
        Branch.SetFacade(this);
        return new TypeContent(Branch);
    }

    /// <summary>What was put into the type, which is detached.</summary>
    internal abstract IEnumerable<object?> DetachedValues();

    /// <summary>
    /// Moves what was put into the type while it was detached to the document, as far as the next type in it, which is
    /// told once it is there, to be filled before what follows.
    /// </summary>
    internal abstract IEnumerable<YType> Fill();

    /// <summary>The content for a value of a map or an array.</summary>
    /// <exception cref="ArgumentException">It cannot be a value of a shared type.</exception>
    internal static Content ToContent(object? value)
    {
        switch (value)
        {
            case YOpaque:
                throw new ArgumentException("Types of this kind cannot be made here.", nameof(value));
            case YType type:
                return type.Attach();
            case YSubdocument subdocument:
                return subdocument.ToContent();
            case byte[] bytes:
                return new BinaryContent([.. bytes]);
            default:
                var writer = new WireWriter();
                AnyValue.Write(writer, value);
                return AnyContent.Of(writer.Written);
        }
    }

    /// <summary>
    /// Throws, before anything is changed, if values cannot be put into this type. If it is part of a document all that is
    /// in them is looked at too: what has been put into a detached type may have changed since.
    /// </summary>
    private protected void CheckValues(ReadOnlySpan<object?> values)
    {
        HashSet<YType>? types = null;
        Stack<YType>? left = null;
        foreach (var value in values)
        {
            Check(value);
        }

        // People nest as deep as they like: no recursion.
        while (left is not null && left.TryPop(out var type))
        {
            foreach (var value in type.DetachedValues())
            {
                Check(value);
            }
        }

        void Check(object? value)
        {
            CheckValue(value);
            if (value is YType type && Branch is not null)
            {
                if (!(types ??= []).Add(type))
                {
                    throw new InvalidOperationException("The type is in two places, or within itself.");
                }

                (left ??= new Stack<YType>()).Push(type);
            }
        }
    }

    /// <summary>Fills a type that has been put into a document, and all that is in it.</summary>
    internal static void FillNested(object? value)
    {
        if (value is not YType type)
        {
            return;
        }

        var left = new Stack<IEnumerator<YType>>();
        left.Push(type.Fill().GetEnumerator());
        while (left.TryPeek(out var nested))
        {
            if (nested.MoveNext())
            {
                left.Push(nested.Current.Fill().GetEnumerator());
            }
            else
            {
                left.Pop();
            }
        }
    }

    // Throws what ToContent would, without a trace.
    private static void CheckValue(object? value)
    {
        if (value is YType { Branch: not null } or YOpaque)
        {
            throw new InvalidOperationException("The type is part of a document already.");
        }

        if (value is YSubdocument subdocument)
        {
            subdocument.ToContent();
        }
        else if (value is not YType)
        {
            AnyValue.Check(value);
        }
    }

    private Observers Listen()
    {
        var branch = Branch ?? throw new InvalidOperationException("The type is not part of a document yet.");
        return branch.Observers ??= new Observers(branch.Doc);
    }

    internal static object? ToPlain(object? value) => value switch
    {
        YText or YXmlFragment => value.ToString(),
        YMap map => map.ToDictionary(),
        YArray array => array.ToList(),
        _ => value,
    };
}

/// <summary>A root that updates speak of, but that nobody has said the kind of yet; it is kept and passed on without loss.</summary>
public sealed class YOpaque : YType
{
    internal YOpaque(Branch branch) : base(branch)
    {
    }

    private protected override TypeKind Kind => Branch!.Kind;

    // Never detached.
    internal override IEnumerable<object?> DetachedValues() => [];

    internal override IEnumerable<YType> Fill() => [];
}
