using CodeCrafter.Crdt.Structs;

namespace CodeCrafter.Crdt.Wire;

/// <summary>
/// Walks over a V1 update without taking memory: first all structs (<see cref="MoveNext"/>, or section by section), then all
/// deletions (<see cref="MoveNextDelete"/>). Every field is checked on the way, so whoever has walked to the end once knows that
/// the update is well-formed. The format is that of yjs/src/utils/encoding.js and UpdateEncoder.js.
/// </summary>
internal ref struct UpdateReader
{
    // Of a section: the number of structs, the client, the clock.
    private const int MinSection = 3;

    private readonly HashSet<ulong>? _clients;
    private WireReader _reader;
    private ulong _sectionsLeft;
    private ulong _structsLeft;
    private ulong _rangesLeft;
    private bool _isInDeletes;
    private int _afterInfo, _content;

    // The client of the section as it is written, since most ids are of the same client.
    private ulong _encodedClient;
    private int _encodedClientLength;

    /// <summary>Begins at the start of an update.</summary>
    /// <param name="update">The bytes.</param>
    /// <param name="isChecked">Someone has walked to the end before.</param>
    public UpdateReader(ReadOnlySpan<byte> update, bool isChecked)
    {
        _reader = new WireReader(update);
        _sectionsLeft = _reader.ReadVarUint();
        _clients = isChecked || _sectionsLeft < 2 ? null
            : new HashSet<ulong>((int)Math.Min(_sectionsLeft, (ulong)(update.Length / MinSection)), ClientIdComparer.Instance);
    }

    /// <summary>Goes on where another reader of the same update, which has been checked, was.</summary>
    public UpdateReader(ReadOnlySpan<byte> update, UpdateBookmark bookmark)
    {
        _reader = new WireReader(update, bookmark.Position);
        (_sectionsLeft, _structsLeft, Client, Clock) = (bookmark.SectionsLeft, bookmark.StructsLeft, bookmark.Client, bookmark.Clock);
        (_encodedClient, _encodedClientLength) = (VarUint.Encode(Client), VarUint.LengthOf(Client));
    }

    /// <summary>This place, before the next struct.</summary>
    public readonly UpdateBookmark Bookmark => new(_reader.Position, _sectionsLeft, _structsLeft, Client, End);

    /// <summary>The place before the struct that was read last.</summary>
    public readonly UpdateBookmark BookmarkBefore => new(_afterInfo - 1, _sectionsLeft, _structsLeft + 1, Client, Clock);

    // Of the struct or deletion that was read last.
    public ulong Client { get; private set; }

    public long Clock { get; private set; }

    public long Length { get; private set; }

    public readonly long End => Clock + Length;

    // Of the struct that was read last.
    public byte Kind { get; private set; }

    /// <summary>Its first byte; <see cref="StructInfo"/>.</summary>
    public byte Info { get; private set; }

    /// <summary>What follows its first byte.</summary>
    public readonly ReadOnlySpan<byte> BytesAfterInfo => _reader.Since(_afterInfo);

    public readonly bool IsSkip => Kind == StructInfo.Skip;

    public Id Origin { get; private set; }

    public Id RightOrigin { get; private set; }

    /// <summary>The id of the parent, if it is given and not a root.</summary>
    public Id ParentId { get; private set; }

    /// <summary>The parent is the root of the name <see cref="RootName"/>.</summary>
    public bool HasRootName { get; private set; }

    public ReadOnlySpan<byte> RootName { get; private set; }

    public bool HasParentSub { get; private set; }

    public ReadOnlySpan<byte> ParentSub { get; private set; }

    public readonly ReadOnlySpan<byte> ContentBytes => _reader.Since(_content);

    /// <summary>Reads the next struct; false after the last.</summary>
    public bool MoveNext()
    {
        while (!MoveNextInSection())
        {
            if (!MoveNextSection())
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Goes to the next section, before its first struct; false after the last. All structs of this one must have been read.</summary>
    public bool MoveNextSection()
    {
        if (_sectionsLeft == 0)
        {
            return false;
        }

        _sectionsLeft--;
        _structsLeft = _reader.ReadVarUint();
        Client = _reader.ReadVarUint();
        (_encodedClient, _encodedClientLength) = (VarUint.Encode(Client), VarUint.LengthOf(Client));
        (Clock, Length) = (_reader.ReadClock(), 0);
        if (_clients?.Add(Client) == false)
        {
            // Yjs would forget the first: the two would see different documents.
            throw new MalformedUpdateException("A client comes twice.");
        }

        return true;
    }

    /// <summary>Reads the next struct of the section; false after the last.</summary>
    public bool MoveNextInSection()
    {
        if (_structsLeft == 0)
        {
            return false;
        }

        _structsLeft--;
        Clock += Length;
        ReadStruct();
        CheckEnd();
        return true;
    }

    /// <summary>Reads the next deletion; false at the end of the update.</summary>
    public bool MoveNextDelete()
    {
        if (!_isInDeletes)
        {
            _isInDeletes = true;
            _sectionsLeft = _reader.ReadVarUint();
        }

        while (_rangesLeft == 0)
        {
            if (_sectionsLeft == 0)
            {
                _reader.ExpectEnd();
                return false;
            }

            _sectionsLeft--;
            Client = _reader.ReadVarUint();
            _rangesLeft = _reader.ReadVarUint();
        }

        _rangesLeft--;
        (Clock, Length) = (_reader.ReadClock(), _reader.ReadClock());
        CheckEnd();
        if (Length == 0)
        {
            throw new MalformedUpdateException("A deletion has no length.");
        }

        return true;
    }

    private void ReadStruct()
    {
        var info = _reader.ReadByte();
        _afterInfo = _content = _reader.Position;
        Info = info;
        Kind = (byte)(info & StructInfo.ContentMask);
        if (info is StructInfo.Gc or StructInfo.Skip)
        {
            Length = _reader.ReadClock();
        }
        else
        {
            ReadItem(info);
        }

        if (Length == 0 && !IsSkip)
        {
            // It would have the same id as the next one.
            throw new MalformedUpdateException("A struct has no length.");
        }
    }

    private void ReadItem(byte info)
    {
        Origin = (info & StructInfo.HasOrigin) != 0 ? ReadId() : Id.None;
        RightOrigin = (info & StructInfo.HasRightOrigin) != 0 ? ReadId() : Id.None;
        ParentId = Id.None;
        HasRootName = false;
        HasParentSub = false;
        if (Origin.IsNone && RightOrigin.IsNone)
        {
            ReadParent(info);
        }

        _content = _reader.Position;
        Length = ContentReader.Measure(ref _reader, Kind);
    }

    private void ReadParent(byte info)
    {
        switch (_reader.ReadVarUint())
        {
            case 0:
                ParentId = ReadId();
                break;
            case 1:
                HasRootName = true;
                RootName = _reader.ReadUtf8();
                break;
            default:
                throw new MalformedUpdateException("A parent is neither a root nor an item.");
        }

        if ((info & StructInfo.HasParentSub) != 0)
        {
            HasParentSub = true;
            ParentSub = _reader.ReadUtf8();
        }
    }

    private Id ReadId()
    {
        var client = _encodedClientLength > 0 && _reader.TrySkip(_encodedClient, _encodedClientLength) ? Client : _reader.ReadVarUint();
        var id = new Id(client, _reader.ReadClock());
        return id.Client != Client || id.Clock < Clock
            ? id
            : throw new MalformedUpdateException("A struct refers to itself or to what its own client made later.");
    }

    private readonly void CheckEnd()
    {
        if ((ulong)Clock + (ulong)Length > WireReader.MaxInteger)
        {
            throw new MalformedUpdateException("A clock is too large.");
        }
    }
}

/// <summary>A place in an update between two structs.</summary>
internal readonly record struct UpdateBookmark(int Position, ulong SectionsLeft, ulong StructsLeft, ulong Client, long Clock);
