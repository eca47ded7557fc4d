namespace HirePanda.ApiKeys.Dashboard.Components;

/// <summary>The countries of the map. tools/world-map.py writes this file.</summary>
internal static class CountryTable
{
    /// <summary>Each country's code (ISO 3166-1 alpha-2), longitude and latitude of its middle, and name.</summary>
    public const string Text = """
        AD 2 43 Andorra; AE 54 24 United Arab Emirates; AF 66 34 Afghanistan; AG -62 17 Antigua and Barbuda;
        AI -63 18 Anguilla; AL 20 41 Albania; AM 45 40 Armenia; AO 18 -12 Angola; AQ -48 -79 Antarctica; AR -65 -35 Argentina;
        AS -171 -14 American Samoa; AT 14 48 Austria; AU 134 -26 Australia; AW -70 13 Aruba; AX 20 60 Åland;
        AZ 48 40 Azerbaijan; BA 18 44 Bosnia and Herzegovina; BB -60 13 Barbados; BD 90 24 Bangladesh; BE 5 51 Belgium;
        BF -2 12 Burkina Faso; BG 25 43 Bulgaria; BH 51 26 Bahrain; BI 30 -3 Burundi; BJ 2 10 Benin;
        BL -63 18 Saint Barthélemy; BM -65 32 Bermuda; BN 115 4 Brunei; BO -65 -17 Bolivia; BR -53 -11 Brazil;
        BS -78 25 Bahamas; BT 90 27 Bhutan; BW 24 -22 Botswana; BY 28 54 Belarus; BZ -89 17 Belize; CA -102 58 Canada;
        CD 24 -3 Congo (DR Congo); CF 20 7 Central African Republic; CG 15 -1 Congo (Republic); CH 8 47 Switzerland;
        CI -6 8 Côte d'Ivoire; CK -160 -21 Cook Islands; CL -71 -36 Chile; CM 13 6 Cameroon; CN 104 37 China;
        CO -73 4 Colombia; CR -84 10 Costa Rica; CU -79 22 Cuba; CV -24 15 Cabo Verde; CW -69 12 Curaçao; CY 33 35 Cyprus;
        CZ 15 50 Czechia; DE 10 51 Germany; DJ 43 12 Djibouti; DK 9 56 Denmark; DM -61 15 Dominica;
        DO -71 19 Dominican Republic; DZ 3 28 Algeria; EC -78 -1 Ecuador; EE 26 59 Estonia; EG 30 26 Egypt;
        EH -12 24 Western Sahara; ER 39 15 Eritrea; ES -4 40 Spain; ET 40 9 Ethiopia; FI 26 65 Finland; FJ 178 -18 Fiji;
        FK -59 -52 Falkland Islands; FM 158 7 Micronesia; FO -7 62 Faroe Islands; FR 2 47 France; GA 12 -1 Gabon;
        GB -3 54 United Kingdom; GD -62 12 Grenada; GE 44 42 Georgia; GG -3 49 Guernsey; GH -1 8 Ghana; GL -41 75 Greenland;
        GM -15 13 Gambia; GN -11 10 Guinea; GQ 10 2 Equatorial Guinea; GR 23 39 Greece; GS -37 -54 South Georgia;
        GT -90 16 Guatemala; GU 145 13 Guam; GW -15 12 Guinea-Bissau; GY -59 5 Guyana; HK 114 22 Hong Kong;
        HM 74 -53 Heard Island and McDonald Islands; HN -87 15 Honduras; HR 16 45 Croatia; HT -73 19 Haiti; HU 19 47 Hungary;
        ID 114 0 Indonesia; IE -8 53 Ireland; IL 35 31 Israel; IM -5 54 Isle of Man; IN 80 23 India;
        IO 72 -7 British Indian Ocean Territory; IQ 44 33 Iraq; IR 54 33 Iran; IS -19 65 Iceland; IT 12 44 Italy;
        JE -2 49 Jersey; JM -77 18 Jamaica; JO 37 31 Jordan; JP 138 37 Japan; KE 38 1 Kenya; KG 75 41 Kyrgyzstan;
        KH 105 13 Cambodia; KI -157 2 Kiribati; KM 43 -12 Comoros; KN -63 17 Saint Kitts and Nevis; KP 127 40 North Korea;
        KR 128 36 South Korea; KW 48 29 Kuwait; KY -81 19 Cayman Islands; KZ 67 48 Kazakhstan; LA 104 19 Laos;
        LB 36 34 Lebanon; LC -61 14 Saint Lucia; LI 10 47 Liechtenstein; LK 81 8 Sri Lanka; LR -9 6 Liberia;
        LS 28 -30 Lesotho; LT 24 55 Lithuania; LU 6 50 Luxembourg; LV 25 57 Latvia; LY 18 27 Libya; MA -8 30 Morocco;
        MC 7 44 Monaco; MD 28 47 Moldova; ME 19 43 Montenegro; MF -63 18 St-Martin; MG 47 -19 Madagascar;
        MH 171 7 Marshall Islands; MK 22 42 Macedonia; ML -4 17 Mali; MM 96 21 Myanmar; MN 103 47 Mongolia; MO 114 22 Macao;
        MP 146 15 Northern Mariana Islands; MR -10 20 Mauritania; MS -62 17 Montserrat; MT 14 36 Malta; MU 58 -20 Mauritius;
        MV 74 4 Maldives; MW 34 -13 Malawi; MX -103 24 Mexico; MY 115 4 Malaysia; MZ 36 -17 Mozambique; NA 17 -22 Namibia;
        NC 165 -21 New Caledonia; NE 9 17 Niger; NF 168 -29 Norfolk Island; NG 8 10 Nigeria; NI -85 13 Nicaragua;
        NL 6 52 Netherlands; NO 14 64 Norway; NP 84 28 Nepal; NR 167 -1 Nauru; NU -170 -19 Niue; NZ 171 -44 New Zealand;
        OM 56 21 Oman; PA -80 9 Panama; PE -74 -9 Peru; PF -149 -18 French Polynesia; PG 144 -7 Papua New Guinea;
        PH 121 16 Philippines; PK 69 30 Pakistan; PL 19 52 Poland; PM -56 47 Saint Pierre and Miquelon;
        PN -128 -24 Pitcairn Islands; PR -66 18 Puerto Rico; PS 35 32 Palestine; PT -8 40 Portugal; PW 135 8 Palau;
        PY -58 -23 Paraguay; QA 51 25 Qatar; RO 25 46 Romania; RS 21 44 Serbia; RU 100 62 Russia; RW 30 -2 Rwanda;
        SA 45 24 Saudi Arabia; SB 160 -10 Solomon Islands; SC 55 -5 Seychelles; SD 30 16 Sudan; SE 17 63 Sweden;
        SG 104 1 Singapore; SH -6 -16 Saint Helena; SI 15 46 Slovenia; SK 19 49 Slovakia; SL -12 9 Sierra Leone;
        SM 12 44 San Marino; SN -14 14 Senegal; SO 46 5 Somalia; SR -56 4 Suriname; SS 30 7 South Sudan;
        ST 7 0 São Tomé and Principe; SV -89 14 El Salvador; SX -63 18 Sint Maarten; SY 39 35 Syria; SZ 31 -27 Eswatini;
        TC -72 22 Turks and Caicos Islands; TD 19 15 Chad; TF 69 -49 French South Antarctic Lands; TG 1 9 Togo;
        TH 101 15 Thailand; TJ 71 39 Tajikistan; TL 126 -9 Timor-Leste; TM 59 39 Turkmenistan; TN 10 34 Tunisia;
        TO -175 -21 Tonga; TR 35 39 Turkey; TT -61 10 Trinidad and Tobago; TW 121 24 Taiwan; TZ 35 -6 Tanzania;
        UA 31 49 Ukraine; UG 32 1 Uganda; US -99 40 United States of America; UY -56 -33 Uruguay; UZ 63 42 Uzbekistan;
        VA 12 42 Vatican; VC -61 13 Saint Vincent and the Grenadines; VE -66 7 Venezuela; VG -65 18 British Virgin Islands;
        VI -65 18 U.S. Virgin Islands; VN 106 17 Vietnam; VU 167 -15 Vanuatu; WF -178 -14 Wallis and Futuna Islands;
        WS -172 -14 Samoa; XK 21 43 Kosovo; YE 48 16 Yemen; ZA 25 -29 South Africa; ZM 28 -13 Zambia; ZW 30 -19 Zimbabwe
        """;
}
