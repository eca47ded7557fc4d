using System.Collections.Immutable;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace HirePanda.ApiKeys.Tests;

/// <summary>A use of a type by another type.</summary>
/// <param name="From">The full name of the type that uses.</param>
/// <param name="To">The full name of the type that is used.</param>
/// <param name="Where">The member of <paramref name="From"/> that uses it.</param>
internal sealed record Arrow(string From, string To, string Where);

/// <summary>
/// Reads which types of a compiled assembly use which: in signatures, base types, constraints, attributes, local variables, and
/// in every instruction that names a type, method, or field. Nested types count as the type that declares them.
/// </summary>
internal sealed class Arrows
{
    private static readonly Dictionary<int, OpCode> _opCodes = typeof(OpCodes).GetFields()
        .Select(field => field.GetValue(null)).OfType<OpCode>().ToDictionary(code => code.Value & 0xFFFF);

    private readonly MetadataReader _metadata;
    private readonly PEReader _image;
    private readonly HashSet<Arrow> _found = [];
    private readonly TypeCollector _types;

    private Arrows(PEReader image)
    {
        (_image, _metadata) = (image, image.GetMetadataReader());
        _types = new TypeCollector(_metadata);
    }

    /// <summary>Reads all arrows between the types of an assembly.</summary>
    public static IReadOnlySet<Arrow> Read(string assembly)
    {
        using var image = new PEReader(File.OpenRead(assembly));
        var arrows = new Arrows(image);
        foreach (var handle in arrows._metadata.TypeDefinitions)
        {
            arrows.ReadType(handle);
        }

        return arrows._found;
    }

    /// <summary>Reads in which source file each type is declared, from the assembly's symbols.</summary>
    public static ILookup<string, string> ReadFiles(string assembly)
    {
        using var image = new PEReader(File.OpenRead(assembly));
        using var symbols = MetadataReaderProvider.FromPortablePdbStream(File.OpenRead(Path.ChangeExtension(assembly, ".pdb")));
        var (metadata, debug) = (image.GetMetadataReader(), symbols.GetMetadataReader());
        var types = new TypeCollector(metadata);
        return metadata.TypeDefinitions
            .SelectMany(handle => Documents(metadata, debug, handle)
                .Select(document => (Type: types.NameOf(handle), File: debug.GetString(debug.GetDocument(document).Name))))
            .Distinct().ToLookup(pair => pair.Type, pair => pair.File);
    }

    private static IEnumerable<DocumentHandle> Documents(MetadataReader metadata, MetadataReader debug, TypeDefinitionHandle type)
    {
        foreach (var method in metadata.GetTypeDefinition(type).GetMethods())
        {
            var information = debug.GetMethodDebugInformation(method);
            foreach (var point in information.GetSequencePoints())
            {
                yield return point.Document;
            }
        }

        // Types without code, such as interfaces, name their documents here (Portable PDB, type definition documents).
        foreach (var handle in debug.GetCustomDebugInformation(type))
        {
            var information = debug.GetCustomDebugInformation(handle);
            if (debug.GetGuid(information.Kind) == new Guid("932E74BC-DBA9-4478-8D46-0F32A7BAB3D3"))
            {
                var blob = debug.GetBlobReader(information.Value);
                while (blob.RemainingBytes > 0)
                {
                    yield return MetadataTokens.DocumentHandle(blob.ReadCompressedInteger());
                }
            }
        }
    }

    private void ReadType(TypeDefinitionHandle handle)
    {
        var type = _metadata.GetTypeDefinition(handle);
        var from = _types.NameOf(handle);
        Add(from, "(base)", _types.In(type.BaseType));
        foreach (var implemented in type.GetInterfaceImplementations())
        {
            Add(from, "(interface)", _types.In(_metadata.GetInterfaceImplementation(implemented).Interface));
        }

        AddAttributes(from, "(attribute)", type.GetCustomAttributes());
        AddConstraints(from, type.GetGenericParameters());
        foreach (var field in type.GetFields().Select(_metadata.GetFieldDefinition))
        {
            var name = _metadata.GetString(field.Name);
            Add(from, name, field.DecodeSignature(_types, null));
            AddAttributes(from, name, field.GetCustomAttributes());
        }

        foreach (var property in type.GetProperties().Select(_metadata.GetPropertyDefinition))
        {
            AddAttributes(from, _metadata.GetString(property.Name), property.GetCustomAttributes());
        }

        foreach (var method in type.GetMethods().Select(_metadata.GetMethodDefinition))
        {
            ReadMethod(from, method);
        }
    }

    private void ReadMethod(string from, MethodDefinition method)
    {
        var name = _metadata.GetString(method.Name);
        Add(from, name, TypeCollector.All(method.DecodeSignature(_types, null)));
        AddAttributes(from, name, method.GetCustomAttributes());
        AddConstraints(from, method.GetGenericParameters());
        foreach (var parameter in method.GetParameters().Select(_metadata.GetParameter))
        {
            AddAttributes(from, name, parameter.GetCustomAttributes());
        }

        if (method.RelativeVirtualAddress == 0)
        {
            return;
        }

        var body = _image.GetMethodBody(method.RelativeVirtualAddress);
        if (!body.LocalSignature.IsNil)
        {
            Add(
                from,
                name,
                _metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(_types, null)
                    .SelectMany(local => local));
        }

        foreach (var region in body.ExceptionRegions)
        {
            Add(from, name, _types.In(region.CatchType));
        }

        ReadInstructions(from, name, body.GetILReader());
    }

    private void ReadInstructions(string from, string name, BlobReader code)
    {
        while (code.RemainingBytes > 0)
        {
            var value = (int)code.ReadByte();
            var opCode = _opCodes[value == 0xFE ? 0xFE00 | code.ReadByte() : value];
            switch (opCode.OperandType)
            {
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineType or OperandType.InlineTok:
                    Add(from, name, _types.In(MetadataTokens.EntityHandle(code.ReadInt32())));
                    break;
                case OperandType.InlineSwitch:
                    var targets = code.ReadInt32();
                    code.Offset += 4 * targets;
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    code.Offset += 8;
                    break;
                case OperandType.InlineBrTarget or OperandType.InlineI or OperandType.InlineSig or OperandType.InlineString
                    or OperandType.ShortInlineR:
                    code.Offset += 4;
                    break;
                case OperandType.InlineVar:
                    code.Offset += 2;
                    break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    code.Offset += 1;
                    break;
            }
        }
    }

    private void AddAttributes(string from, string where, CustomAttributeHandleCollection attributes)
        => Add(from, where, attributes.SelectMany(handle => _types.In(_metadata.GetCustomAttribute(handle).Constructor)));

    private void AddConstraints(string from, GenericParameterHandleCollection parameters)
        => Add(from, "(constraint)", parameters.SelectMany(handle => _metadata.GetGenericParameter(handle).GetConstraints())
            .SelectMany(handle => _types.In(_metadata.GetGenericParameterConstraint(handle).Type)));

    private void Add(string from, string where, IEnumerable<TypeDefinitionHandle> types)
    {
        foreach (var to in types.Select(_types.NameOf).Where(to => to != from))
        {
            _found.Add(new Arrow(from, to, where));
        }
    }

    /// <summary>Collects the types of this assembly that a signature or a token names.</summary>
    private sealed class TypeCollector(MetadataReader metadata)
        : ISignatureTypeProvider<ImmutableArray<TypeDefinitionHandle>, object?>
    {
        /// <summary>Gets the full name of the outermost declaring type of a type.</summary>
        public string NameOf(TypeDefinitionHandle handle)
        {
            var type = metadata.GetTypeDefinition(handle);
            return type.GetDeclaringType() is { IsNil: false } declaring
                ? NameOf(declaring)
                : $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}";
        }

        public IEnumerable<TypeDefinitionHandle> In(EntityHandle handle) => handle.IsNil ? [] : handle.Kind switch
        {
            HandleKind.TypeDefinition => [(TypeDefinitionHandle)handle],
            HandleKind.TypeSpecification => metadata.GetTypeSpecification((TypeSpecificationHandle)handle)
                .DecodeSignature(this, null),
            HandleKind.MethodDefinition => [metadata.GetMethodDefinition((MethodDefinitionHandle)handle).GetDeclaringType()],
            HandleKind.FieldDefinition => [metadata.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType()],
            HandleKind.MethodSpecification => In(metadata.GetMethodSpecification((MethodSpecificationHandle)handle)),
            HandleKind.MemberReference => In(metadata.GetMemberReference((MemberReferenceHandle)handle)),
            _ => [],
        };

        public static IEnumerable<TypeDefinitionHandle> All(MethodSignature<ImmutableArray<TypeDefinitionHandle>> signature)
            => signature.ParameterTypes.Add(signature.ReturnType).SelectMany(types => types);

        public ImmutableArray<TypeDefinitionHandle> GetTypeFromDefinition(
            MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind)
            => [handle];

        public ImmutableArray<TypeDefinitionHandle> GetTypeFromSpecification(
            MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) => [.. In(handle)];

        public ImmutableArray<TypeDefinitionHandle> GetGenericInstantiation(
            ImmutableArray<TypeDefinitionHandle> genericType, ImmutableArray<ImmutableArray<TypeDefinitionHandle>> typeArguments)
            => [.. genericType, .. typeArguments.SelectMany(types => types)];

        public ImmutableArray<TypeDefinitionHandle> GetFunctionPointerType(
            MethodSignature<ImmutableArray<TypeDefinitionHandle>> signature)
            => [.. All(signature)];

        public ImmutableArray<TypeDefinitionHandle> GetModifiedType(
            ImmutableArray<TypeDefinitionHandle> modifier, ImmutableArray<TypeDefinitionHandle> unmodifiedType, bool isRequired)
            => [.. modifier, .. unmodifiedType];

        public ImmutableArray<TypeDefinitionHandle> GetArrayType(
            ImmutableArray<TypeDefinitionHandle> elementType, ArrayShape shape)
            => elementType;

        public ImmutableArray<TypeDefinitionHandle> GetSZArrayType(ImmutableArray<TypeDefinitionHandle> elementType)
            => elementType;

        public ImmutableArray<TypeDefinitionHandle> GetByReferenceType(ImmutableArray<TypeDefinitionHandle> elementType)
            => elementType;

        public ImmutableArray<TypeDefinitionHandle> GetPointerType(ImmutableArray<TypeDefinitionHandle> elementType)
            => elementType;

        public ImmutableArray<TypeDefinitionHandle> GetPinnedType(ImmutableArray<TypeDefinitionHandle> elementType)
            => elementType;

        public ImmutableArray<TypeDefinitionHandle> GetPrimitiveType(PrimitiveTypeCode typeCode) => [];

        public ImmutableArray<TypeDefinitionHandle> GetTypeFromReference(
            MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind)
            => [];

        public ImmutableArray<TypeDefinitionHandle> GetGenericTypeParameter(object? genericContext, int index) => [];

        public ImmutableArray<TypeDefinitionHandle> GetGenericMethodParameter(object? genericContext, int index) => [];

        private IEnumerable<TypeDefinitionHandle> In(MethodSpecification method)
            => In(method.Method).Concat(method.DecodeSignature(this, null).SelectMany(types => types));

        private IEnumerable<TypeDefinitionHandle> In(MemberReference member)
            => In(member.Parent).Concat(member.GetKind() == MemberReferenceKind.Field
                ? member.DecodeFieldSignature(this, null)
                : All(member.DecodeMethodSignature(this, null)));
    }
}
