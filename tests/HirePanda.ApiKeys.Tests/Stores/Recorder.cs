using System.Collections.Concurrent;
using System.Reflection;

namespace HirePanda.ApiKeys.Tests;

/// <summary>A host's decorator of one store interface. It implements nothing else, and it records the calls.</summary>
#pragma warning disable CA1852 // A proxy derives from it.
internal class Recorder<T> : DispatchProxy
#pragma warning restore CA1852
    where T : class
{
    private T? _inner;
    private ConcurrentBag<string>? _calls;

    public static T Around(T inner, ConcurrentBag<string> calls)
    {
        var proxy = Create<T, Recorder<T>>();
        var recorder = (Recorder<T>)(object)proxy;
        (recorder._inner, recorder._calls) = (inner, calls);
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        _calls!.Add(targetMethod!.Name);
        return targetMethod.Invoke(_inner, BindingFlags.DoNotWrapExceptions, null, args, null);
    }
}
