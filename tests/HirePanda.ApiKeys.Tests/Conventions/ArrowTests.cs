namespace HirePanda.ApiKeys.Tests;

/// <summary>The reader of arrows finds every way in which code uses a type.</summary>
public sealed class ArrowTests
{
    private static readonly IReadOnlySet<Arrow> _arrows = Arrows.Read(typeof(ArrowTests).Assembly.Location);

    [Theory]
    [InlineData(nameof(DerivesFrom))]
    [InlineData(nameof(TakesAsParameter))]
    [InlineData(nameof(ReadsAStaticField))]
    [InlineData(nameof(ReadsAPropertyOfAProperty))]
    [InlineData(nameof(ComparesAnEnum))]
    [InlineData(nameof(HasAnAttribute))]
    [InlineData(nameof(IsConstrained))]
    [InlineData(nameof(NamesInAGenericArgument))]
    [InlineData(nameof(AwaitsInALambda))]
    [InlineData(nameof(CatchesIt))]
    public void Read_TypeThatUsesAnother_FindsTheArrow(string from)
        => _arrows.Should()
            .Contain(
                arrow => arrow.From == $"HirePanda.ApiKeys.Tests.{from}"
                    && arrow.To.StartsWith("HirePanda.ApiKeys.Tests.Used", StringComparison.Ordinal));

    [Fact]
    public void Read_TypeThatUsesNone_FindsNoArrow()
        => _arrows.Should().NotContain(arrow => arrow.From == "HirePanda.ApiKeys.Tests.UsesNone");
}

#pragma warning disable CA1801, CA1812, CA1822, CA1852, IDE0051, IDE0060, SA1402 // They are only read, never run.
internal class UsedClass : Exception
{
    public static readonly TimeSpan Constant = TimeSpan.FromMinutes(5);

    public UsedPart Part { get; } = new();
}

internal sealed class UsedPart
{
    public int Number { get; } = 1;
}

internal enum UsedEnum
{
    None,
    Some,
}

[AttributeUsage(AttributeTargets.Class)]
internal sealed class UsedAttribute : Attribute;

internal sealed class UsesNone
{
    public static string Text => "none";
}

internal sealed class DerivesFrom : UsedClass;

internal sealed class TakesAsParameter
{
    public static bool Is(UsedClass? used) => used is null;
}

internal sealed class ReadsAStaticField
{
    public static TimeSpan Get() => UsedClass.Constant;
}

internal sealed class ReadsAPropertyOfAProperty(Func<object> get)
{
    public int Get() => ((UsedClass)get()).Part.Number;
}

internal sealed class ComparesAnEnum
{
    public static bool Is(object value) => value is UsedEnum.Some;
}

[Used]
internal sealed class HasAnAttribute;

internal sealed class IsConstrained
{
    public static bool Is<T>(T value)
        where T : UsedClass
        => value is not null;
}

internal sealed class NamesInAGenericArgument
{
    public static object Get() => new List<UsedPart>();
}

internal sealed class AwaitsInALambda
{
    public static Func<Task<object>> Get() => async () =>
    {
        await Task.Yield();
        return new UsedPart();
    };
}

internal sealed class CatchesIt
{
    public static void Run(Action run)
    {
        try
        {
            run();
        }
        catch (UsedClass)
        {
        }
    }
}
