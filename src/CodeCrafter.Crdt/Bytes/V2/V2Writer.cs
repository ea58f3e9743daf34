using CodeCrafter.Crdt.Structs;
using CodeCrafter.Crdt.Types;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Bytes.V2;

/// <summary>Writes a V1 update as a V2 update (yjs/src/utils/UpdateEncoder.js). See <see cref="V2Reader"/>.</summary>
internal sealed class V2Writer
{
    private readonly DiffRunWriter _keyClocks = new(), _leftClocks = new(), _rightClocks = new();
    private readonly UintRunWriter _clients = new(), _typeRefs = new(), _lengths = new();
    private readonly ByteRunWriter _infos = new(), _parentInfos = new();
    private readonly StringRunWriter _strings = new();
    private readonly WireWriter _rest = new();
    private ulong _sectionCount;
    private long _keyClock;

    /// <exception cref="MalformedUpdateException">The bytes are no V1 update.</exception>
    public static byte[] FromV1(ReadOnlySpan<byte> update)
    {
        UpdateDecoder.Check(update);
        var writer = new V2Writer();
        var reader = new UpdateReader(update, isChecked: true);
        writer.WriteStructs(ref reader);
        WriteDeletes(writer._rest, Deletions.Read(ref reader));
        return writer.ToArray();
    }

    /// <summary>Writes deletions: of each client from the end of one range to the start and length of the next.</summary>
    public static void WriteDeletes(WireWriter writer, DeleteSet deletes)
    {
        writer.WriteVarUint((ulong)deletes.ClientCount);
        foreach (var (client, ranges) in deletes.ClientsDescending)
        {
            writer.WriteVarUint(client);
            writer.WriteVarUint((ulong)ranges.Count);
            long end = 0;
            for (var i = 0; i < ranges.Count; i++)
            {
                writer.WriteClock(ranges[i].Start - end);
                writer.WriteClock(ranges[i].End - ranges[i].Start - 1);
                end = ranges[i].End;
            }
        }
    }

    private void WriteStructs(ref UpdateReader reader)
    {
        ulong? client = null;
        while (reader.MoveNext())
        {
            if (client != reader.Client)
            {
                client = reader.Client;
                _sectionCount++;
                _rest.WriteVarUint(reader.Bookmark.StructsLeft + 1);
                _clients.Write(reader.Client);
                _rest.WriteClock(reader.Clock);
            }

            WriteStruct(reader);
        }
    }

    private void WriteStruct(in UpdateReader reader)
    {
        _infos.Write(reader.Info);
        if (reader.IsSkip)
        {
            _rest.WriteClock(reader.Length);
        }
        else if (reader.Kind == StructInfo.Gc)
        {
            _lengths.Write((ulong)reader.Length);
        }
        else
        {
            WriteItem(reader);
            WriteContent(new WireReader(reader.ContentBytes), reader.Kind);
        }
    }

    private void WriteItem(in UpdateReader reader)
    {
        WriteId(reader.Origin, _leftClocks);
        WriteId(reader.RightOrigin, _rightClocks);
        if (!reader.Origin.IsNone || !reader.RightOrigin.IsNone)
        {
            return;
        }

        _parentInfos.Write((byte)(reader.HasRootName ? 1 : 0));
        WriteId(reader.ParentId, _leftClocks);
        if (reader.HasRootName)
        {
            _strings.Write(reader.RootName);
        }

        if (reader.HasParentSub)
        {
            _strings.Write(reader.ParentSub);
        }
    }

    private void WriteId(Id id, DiffRunWriter clocks)
    {
        if (!id.IsNone)
        {
            _clients.Write(id.Client);
            clocks.Write(id.Clock);
        }
    }

    private void WriteContent(WireReader content, byte kind)
    {
        switch (kind)
        {
            case Content.DeletedKind:
                _lengths.Write(content.ReadVarUint());
                break;
            case Content.JsonKind:
                for (var left = CopyLength(ref content); left > 0; left--)
                {
                    _strings.Write(content.ReadVarBytes());
                }

                break;
            case Content.StringKind:
                _strings.Write(content.ReadVarBytes());
                break;
            case Content.EmbedKind:
                AnyJson.Write(_rest, content.ReadVarBytes().ToArray());
                break;
            case Content.FormatKind:
                WriteKey(content.ReadVarBytes());
                AnyJson.Write(_rest, content.ReadVarBytes().ToArray());
                break;
            case Content.TypeKind:
                WriteType(ref content);
                break;
            case Content.AnyKind:
                CopyLength(ref content);
                _rest.WriteBytes(content.Rest);
                break;
            case Content.DocKind:
                _strings.Write(content.ReadVarBytes());
                _rest.WriteBytes(content.Rest);
                break;
            default:
                _rest.WriteBytes(content.Rest);
                break;
        }
    }

    private void WriteType(ref WireReader content)
    {
        var kind = content.ReadVarUint();
        _typeRefs.Write(kind);
        if (((TypeKind)kind).HasName())
        {
            WriteKey(content.ReadVarBytes());
        }
    }

    // Yjs never refers to a key that came before, so neither do we.
    private void WriteKey(ReadOnlySpan<byte> key)
    {
        _keyClocks.Write(_keyClock++);
        _strings.Write(key);
    }

    private ulong CopyLength(ref WireReader content)
    {
        var length = content.ReadVarUint();
        _lengths.Write(length);
        return length;
    }

    private byte[] ToArray()
    {
        var writer = new WireWriter();
        writer.WriteVarUint(0);
        writer.WriteVarBytes(_keyClocks.Finish());
        writer.WriteVarBytes(_clients.Finish());
        writer.WriteVarBytes(_leftClocks.Finish());
        writer.WriteVarBytes(_rightClocks.Finish());
        _infos.WriteTo(writer);
        _strings.WriteTo(writer);
        _parentInfos.WriteTo(writer);
        writer.WriteVarBytes(_typeRefs.Finish());
        writer.WriteVarBytes(_lengths.Finish());
        writer.WriteVarUint(_sectionCount);
        writer.WriteBytes(_rest.Written);
        return writer.ToArray();
    }
}
