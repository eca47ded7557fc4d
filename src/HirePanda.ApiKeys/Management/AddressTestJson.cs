namespace HirePanda.ApiKeys;

/// <summary>The test of an address as callers see it.</summary>
internal sealed record AddressTestResponse(bool Allowed, bool RefusedByWorkspace, bool RefusedByKey, bool ReportOnly)
{
    public static AddressTestResponse Of(ApiKeyAddressTest test)
        => new(test.IsAllowed, test.IsRefusedByWorkspace, test.IsRefusedByKey, test.IsReportOnly);
}
