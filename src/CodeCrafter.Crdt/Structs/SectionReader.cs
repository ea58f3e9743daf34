using System.Runtime.InteropServices;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Structs;

/// <summary>
/// Makes the structs of a checked update that the document does not have. Each section of it, one for a client, is read
/// as far as what its structs need is there; where something lacks, the section that has it is read first, as far as that.
/// It is what Yjs does with structs that it has made (integrateStructs), and the inbox with those that it keeps, but here nothing
/// is kept except where to go on. What needs something that the update does not have goes to the inbox, with all that comes behind
/// it in its section; and so does everything while anything waits there, since it may be that which is needed.
/// </summary>
internal ref struct SectionReader
{
    private readonly ReadOnlySpan<byte> _update;
    private readonly Span<UpdateSection> _sections;
    private readonly Transaction _transaction;
    private readonly Inbox _inbox;
    private LastNames _names;
    private Stack<int>? _stack;
    private Dictionary<ulong, int>? _sectionOf;

    private SectionReader(ReadOnlySpan<byte> update, Span<UpdateSection> sections, Doc doc, Transaction transaction, Inbox inbox)
    {
        (_transaction, _inbox) = (transaction, inbox);
        _update = update;
        _sections = sections;
        _names = new LastNames(doc);
    }

    /// <summary>Reads all sections, and returns a reader of what is behind them.</summary>
    /// <param name="update">The update.</param>
    /// <param name="layout">Where its sections are; they are no use to anyone else afterwards.</param>
    /// <param name="doc">The document.</param>
    /// <param name="transaction">The transaction of the document.</param>
    /// <param name="inbox">What waits already, and what has to wait from now on.</param>
    public static UpdateReader ReadStructs(
        ReadOnlySpan<byte> update, in CheckedUpdate layout, Doc doc, Transaction transaction, Inbox inbox)
    {
        if (layout.Sections is { } sections)
        {
            new SectionReader(update, CollectionsMarshal.AsSpan(sections), doc, transaction, inbox).Read();
        }
        else if (layout.First is { } only)
        {
            new SectionReader(update, new Span<UpdateSection>(ref only), doc, transaction, inbox).Read();
        }

        return new UpdateReader(update, layout.End);
    }

    private void Read()
    {
        for (var i = 0; i < _sections.Length && !_inbox.HasPending; i++)
        {
            ReadFirst(i);
        }

        for (var i = 0; i < _sections.Length; i++)
        {
            Keep(i);
        }
    }

    // Depth first over what is needed. No section is twice on the stack: two that wait for each other wait for ever.
    private void ReadFirst(int first)
    {
        var missing = ReadOn(first);
        if (missing.IsNone)
        {
            return;
        }

        _stack ??= new Stack<int>();
        Push(first, long.MaxValue);
        while (_stack.TryPeek(out var index))
        {
            missing = ReadOn(index);
            if (!missing.IsNone && TryFindSection(missing.Client, out var other))
            {
                Push(other, missing.Clock);
                continue;
            }

            ref var section = ref _sections[index];
            (section.IsOnStack, section.IsStuck, section.Wanted) = (false, !missing.IsNone, long.MaxValue);
            _stack.Pop();
        }
    }

    // Reads a section to its end, or until what is wanted of it is there. Returns what the next struct lacks, if that is
    // why it ends.
    private Id ReadOn(int index)
    {
        ref var section = ref _sections[index];
        var store = _transaction.Store;
        var reader = new UpdateReader(_update, section.Next);
        while ((section.Wanted == long.MaxValue || store.StateOf(reader.Client) <= section.Wanted) && reader.MoveNextInSection())
        {
            if (reader.IsSkip || reader.End <= store.StateOf(reader.Client) || TryExtend(in reader))
            {
                continue;
            }

            var arrival = _inbox.Next();
            arrival.Read(in reader, ref _names);
            var missing = _inbox.MissingFor(arrival);
            if (!missing.IsNone)
            {
                section.Next = reader.BookmarkBefore;
                return missing;
            }

            Integration.Integrate(_transaction, arrival, reader.ContentBytes, store.StateOf(reader.Client) - reader.Clock);
        }

        section.Next = reader.Bookmark;
        return Id.None;
    }

    // What has not been integrated.
    private void Keep(int index)
    {
        var reader = new UpdateReader(_update, _sections[index].Next);
        while (reader.MoveNextInSection())
        {
            if (!reader.IsSkip && reader.End > _transaction.Store.StateOf(reader.Client))
            {
                var arrival = _inbox.Next();
                arrival.Read(in reader, ref _names);
                _inbox.Add(arrival, reader.ContentBytes);
            }
        }
    }

    // Typing that goes on where it left off needs no item of its own.
    private readonly bool TryExtend(in UpdateReader reader)
    {
        var store = _transaction.Store;
        if (reader.Kind != Content.StringKind
            || store.Find(reader.Client) is not { IsEmpty: false } structs || structs.State != reader.Clock)
        {
            return false;
        }

        var last = structs.Last;
        if (!TextRun.IsExtendable(store, structs, last, reader.Origin, reader.RightOrigin, reader.Length))
        {
            return false;
        }

        TextRun.Extend(_transaction, structs, last, new WireReader(reader.ContentBytes).ReadVarBytes(), reader.Length);
        return true;
    }

    private readonly void Push(int index, long wanted)
    {
        ref var section = ref _sections[index];
        (section.IsOnStack, section.Wanted) = (true, wanted);
        _stack!.Push(index);
    }

    // The section of a client, if it is any use to read on there.
    private bool TryFindSection(ulong client, out int index)
    {
        if (_sectionOf is null)
        {
            _sectionOf = new Dictionary<ulong, int>(_sections.Length, ClientIdComparer.Instance);
            for (var i = 0; i < _sections.Length; i++)
            {
                _sectionOf.Add(_sections[i].Next.Client, i);
            }
        }

        return _sectionOf.TryGetValue(client, out index)
            && _sections[index] is { IsOnStack: false, IsStuck: false, Next.StructsLeft: > 0 };
    }
}

/// <summary>A section of an update while it is read.</summary>
/// <param name="start">Before its first struct.</param>
internal struct UpdateSection(UpdateBookmark start)
{
    /// <summary>Before the next struct.</summary>
    public UpdateBookmark Next = start;

    /// <summary>The clock of the unit that the section below on the stack lacks; where there is none, more than any clock.</summary>
    public long Wanted = long.MaxValue;

    public bool IsOnStack;

    /// <summary>What the next struct lacks is not in the update, or not to be had.</summary>
    public bool IsStuck;
}

/// <summary>Where what is in an update is, of which all has been checked.</summary>
/// <param name="First">The first section that is not empty, if there is one.</param>
/// <param name="Sections">All such sections, highest client first; null where there is no more than one.</param>
/// <param name="End">Behind all sections.</param>
internal readonly record struct CheckedUpdate(UpdateSection? First, List<UpdateSection>? Sections, UpdateBookmark End)
{
    /// <summary>How many sections are not empty.</summary>
    public int Count => Sections?.Count ?? (First is null ? 0 : 1);
}
